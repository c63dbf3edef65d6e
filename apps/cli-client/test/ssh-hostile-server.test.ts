/** Servers that return other certificates than they were asked for, and clocks that differ. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCertificate, formatKeyId, issueCertificate, parsePublicKey } from '@countersign/ssh-core';
import { openPrompts } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePair } from '../../../packages/ssh-core/test/authority.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { commentOf } from '../src/commands/ssh/report.ts';
import { ssh } from '../src/commands/ssh/ssh.ts';
import { heldCertificates } from '../src/connection.ts';
import { createContext } from '../src/context.ts';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import { certificatesIn, useSsh } from './ssh-world.ts';

const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKC+LR5TpKlykoRHAf7RM8HUeCDOc7hgcHoH/C2f1xMD';
const world = useSsh();

withCounterpart('ssh-keygen', 'countersign ssh', () => {
  let hostile: HostileServer;
  beforeAll(async () => {
    hostile = await startHostileServer(world.server.services);
  });
  afterAll(() => hostile.close());

  /** A certificate of the server for a key that is not the client's. */
  const forAnotherKey = async () => {
    const { username } = await world.addAccount({ roles: ['web'] });
    const { uid, generation } = (await world.server.services.accounts.find(username))!;
    const publicKey = parsePublicKey(OTHER_KEY);
    const standing = { username, uid, generation };
    return (await world.server.services.ssh.issue(standing, { publicKey }, 'a test')).certificate;
  };

  it.each([
    ['for another key', forAnotherKey],
    ['that is cut off', async () => (await forAnotherKey()).slice(0, -20)],
    ['that is a key', async () => OTHER_KEY],
  ])('stores no certificate %s, neither in the agent nor in a file', async (_what, make) => {
    hostile.lie = { message: 'ssh.certified', path: 'certificate', value: await make() };
    const agent = await world.startAgent();
    const config = world.config();
    const account = await world.addAccount({ roles: ['web'] });
    const env = { SSH_AUTH_SOCK: agent.socketPath, COUNTERSIGN_CONFIG_DIR: config };
    const argv = ['ssh', '--server', hostile.address, '--json'];
    const { exit, events, stderr } = await world.run(argv, world.linesOf(account), env);
    expect({ exit, stderr }).toMatchObject({ exit: 5 });
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'bad_certificate' });
    expect(await certificatesIn(agent)).toEqual([]);
    expect(readdirSync(join(config, 'ssh'))).toEqual([]);
  });

  it('adds no certificate that has expired by its own clock', async () => {
    const agent = await world.startAgent();
    const config = world.config();
    const account = await world.addAccount({ roles: ['web'] });
    world.server.advance(-7 * 86_400);
    const env = { SSH_AUTH_SOCK: agent.socketPath, COUNTERSIGN_CONFIG_DIR: config };
    const { exit, events } = await world.run(['ssh', '--json'], world.linesOf(account), env);
    expect(exit).toBe(3);
    expect(events.at(-1)).toMatchObject({ event: 'error', code: 'clock' });
    expect(await certificatesIn(agent)).toEqual([]);
  });

  it('writes a hostile name into the agent as a harmless comment', async () => {
    const real = await world.startAgent();
    const env = { SSH_AUTH_SOCK: real.socketPath, COUNTERSIGN_CONFIG_DIR: world.config() };
    const { io } = memoryIo({ env, now: Date.now });
    const context = await createContext({
      io,
      prompts: openPrompts(io),
      options: {},
      following: [],
      stretch: undefined,
    });
    const held = await heldCertificates(context);
    const key = await held.prepare();
    const authority = makePair();
    const now = Math.floor(Date.now() / 1000);
    const username = `a\u001b[2J\n${'é'.repeat(300)}`;
    const { blob } = await issueCertificate({
      key,
      serial: '1',
      keyId: formatKeyId({ username: username.slice(0, 150), uid: 'uid' }),
      principals: ['web'],
      validAfter: now,
      validBefore: now + 10 * 31_536_000,
      extensions: [],
      authority: authority.key,
      sign: authority.sign,
    });
    const certificate = decodeCertificate(blob);
    expect(await held.keep(certificate, commentOf(context, certificate))).toEqual([]);
    held.close();
    expect(real.sshAdd('-l')).toMatch(/ a\[2J é+…@127\.0\.0\.1:8443 \(countersign\) \(ED25519-CERT\)\n$/);
  });

  it('gives no key to the agent of Windows, which would keep it', async () => {
    const { io } = memoryIo({ env: { SSH_AUTH_SOCK: 'x', COUNTERSIGN_CONFIG_DIR: 'x' } });
    const context = await createContext({
      io,
      prompts: openPrompts(io),
      options: {},
      following: [],
      stretch: undefined,
    });

    await expect(ssh(context, {}, 'win32')).rejects.toMatchObject({
      code: 'no_agent',
      exit: 2,
      message: expect.stringContaining('countersign ssh --key FILE.pub'),
    });
  });

  it.each([
    ['auth.example.com:8443', 'auth.example.com_8443-cert.pub'],
    ['[2001:db8::1]:8443', '_2001_db8__1__8443-cert.pub'],
    ['..:1', '_._1-cert.pub'],
    [
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(60)}:1`,
      /^a+\.b+_[0-9a-f]{32}-cert\.pub$/,
    ],
  ])('names the file of %s safely', async (server, name) => {
    const { io } = memoryIo({ env: { COUNTERSIGN_CONFIG_DIR: '/config' } });
    const options = { server };
    const context = await createContext({
      io,
      prompts: openPrompts(io),
      options,
      following: [],
      stretch: undefined,
    });
    const [, rest] = (await heldCertificates(context)).file.split('/config/ssh/');
    expect(rest).toMatch(name);
    expect(existsSync('/config')).toBe(false);
  });
});
