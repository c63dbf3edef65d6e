/** Certificates in a real ssh-agent, without a server: an authority of the test issues them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificate,
  formatKeyId,
  formatLine,
  issueCertificate,
  type PublicKey,
} from '@countersign/ssh-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { makePair } from '../../ssh-core/test/authority.ts';
import { SshAgent } from '../../ssh-core/test/ssh-agent.ts';
import { HeldCertificates } from '../src/ssh/index.ts';

/** Locks an agent with the passphrase x (RFC 9987 §5.6). */
const LOCK = Uint8Array.of(0, 0, 0, 6, 22, 0, 0, 0, 1, 120);
const SERVER = 'login.example.org:8443';
const root = mkdtempSync(join(tmpdir(), 'held-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

withCounterpart('ssh-keygen', 'certificates in an agent', () => {
  const now = Math.floor(Date.now() / 1000);
  const authority = makePair();
  let serial = 0;
  let agent: SshAgent;
  let dir = '';
  const opened: HeldCertificates[] = [];
  beforeEach(async () => {
    dir = mkdtempSync(join(root, 'x'));
    mkdirSync(join(dir, 'agent'));
    agent = await SshAgent.start(join(dir, 'agent'));
  });
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
    agent.stop();
  });

  function open(socket: string | undefined = agent.socketPath): HeldCertificates {
    const place = { server: SERVER, dir: join(dir, 'ssh'), socket, clock: Date.now };
    const held = new HeldCertificates({ ...place, signal: new AbortController().signal });
    opened.push(held);
    return held;
  }

  function issue(key: PublicKey, username = 'alice', validBefore = now + 3600): Promise<Certificate> {
    serial += 1;
    return issueCertificate({
      key,
      serial: String(serial),
      keyId: formatKeyId({ username, uid: `uid-${username}` }),
      principals: ['web', 'db'],
      validAfter: now - 60,
      validBefore,
      extensions: [],
      authority: authority.key,
      sign: authority.sign,
    });
  }

  async function keepOne(username = 'alice'): Promise<Certificate> {
    const held = open();
    const certificate = await issue(await held.prepare(), username);
    expect(await held.keep(certificate, `${username} (a test)`)).toEqual([]);
    return certificate;
  }

  it('are kept in the agent and the newest in a file, one for each account', async () => {
    await keepOne();
    const bobs = await keepOne('bob');
    const newest = await keepOne();
    const held = open();
    expect(new Set((await held.list()).map((each) => each.serial))).toEqual(
      new Set([bobs.serial, newest.serial]),
    );
    expect(readFileSync(held.file, 'utf8')).toBe(`${formatLine(newest)}\n`);
    expect(statSync(held.file).mode & 0o777).toBe(0o644);
    expect(statSync(join(held.file, '..')).mode & 0o777).toBe(0o700);
  });

  it('are found by account, roles and time, and the one found is put back into the file', async () => {
    const alices = await keepOne();
    await keepOne('bob');
    const held = open();
    const wanted = { username: 'ALICE', roles: ['db'], seconds: 900 };
    expect(await held.find(wanted)).toEqual(alices);
    expect(readFileSync(held.file, 'utf8')).toBe(`${formatLine(alices)}\n`);
    expect(await held.find({ ...wanted, username: 'carol' })).toBeUndefined();
    expect(await held.find({ ...wanted, roles: ['root'] })).toBeUndefined();
    expect(await held.find({ ...wanted, seconds: 4000 })).toBeUndefined();
  });

  it('are removed, of one account or all', async () => {
    await keepOne();
    await keepOne('bob');
    const held = open();
    expect(await held.remove('alice')).toEqual({ found: 1, left: 0 });
    expect(await held.remove()).toEqual({ found: 1, left: 0 });
    expect(await held.remove()).toEqual({ found: 0, left: 0 });
    expect(await held.mayBeLocked()).toBe(false);
  });

  it('are listed and removed by the value that kept the first of them', async () => {
    const held = open();
    const certificate = await issue(await held.prepare());
    await held.keep(certificate, 'alice (a test)');
    expect(await held.list()).toEqual([certificate]);
    expect(await held.remove()).toEqual({ found: 1, left: 0 });
  });

  it('belong to the key that was prepared last, whatever was asked in between', async () => {
    await keepOne();
    const held = open();
    await held.remove();
    const key = await held.prepare();
    expect(await held.mayBeLocked()).toBe(false);
    await held.keep(await issue(key), 'alice (a test)');
    // Signs with the private key in the agent, and verifies with the key in the certificate.
    expect(() => agent.sshAdd('-T', held.file)).not.toThrow();
  });

  it('are not asked for when the agent is locked, which is not taken for an empty one', async () => {
    await keepOne();
    await agent.ask(LOCK);
    await expect(open().prepare()).rejects.toMatchObject({ name: 'ClientError', code: 'agent_refused' });
    expect(await open().mayBeLocked()).toBe(true);
  });

  it('are not kept when they have expired by this clock', async () => {
    const held = open();
    const expired = await issue(await held.prepare(), 'alice', now);
    await expect(held.keep(expired, 'a test')).rejects.toMatchObject({ code: 'clock' });
    expect(await held.list()).toEqual([]);
  });

  it('need an agent, and a folder that can be written', async () => {
    await expect(open('').list()).rejects.toMatchObject({ code: 'no_agent' });
    await expect(open(join(dir, 'nothing')).list()).rejects.toMatchObject({
      code: 'no_agent',
      cause: { code: 'ENOENT' },
    });
    writeFileSync(join(dir, 'ssh'), 'a file');
    await expect(open().prepare()).rejects.toMatchObject({
      code: 'unwritable_file',
      cause: { code: 'ENOTDIR' },
    });
  });
});
