import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import {
  type CertificateRequest,
  encodeAddRequest,
  encodeRemoveRequest,
  formatKeyId,
  issueCertificate,
  lastSerialOf,
  makeSerial,
  type PublicKey,
} from '../src/index.ts';
import { makePair } from './authority.ts';
import { SshAgent } from './ssh-agent.ts';
import { type Sshd, startSshd } from './sshd.ts';

const now = Math.floor(Date.now() / 1000);
const serial = makeSerial({ time: now, randomBits: 4711 });
const authority = makePair();
const other = makePair();

withCounterpart(['sshd', 'ssh-keygen'], 'with a real sshd', () => {
  let folder = '';
  let sshd: Sshd;
  let key: PublicKey;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-sshd-'));
    sshd = await startSshd(folder, authority.key);
    key = sshd.generateKey('user', '-t', 'ed25519');
  });
  afterAll(() => {
    sshd.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => sshd.revoke({}));

  const issue = (change: Partial<CertificateRequest> = {}) =>
    issueCertificate({
      key,
      serial,
      keyId: formatKeyId({ username: 'alice ☕', uid: 'Zm9v' }),
      principals: [sshd.username],
      validAfter: now - 60,
      validBefore: now + 3600,
      authority: authority.key,
      sign: authority.sign,
      ...change,
    });
  const logIn = async (change: Partial<CertificateRequest> = {}, name = 'user') =>
    sshd.logIn(name, await issue(change));

  it('the right principal gets in, and the log names key id, serial and authority', async () => {
    const { isIn, log } = await logIn();
    expect(isIn).toBe(true);
    expect(log).toContain(`Accepted publickey for ${sshd.username}`);
    expect(log).toContain(`ID alice%20%E2%98%95#Zm9v (serial ${serial}) CA ED25519 SHA256:`);
  });

  it.each([
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
    ['rsa', '3072'],
  ])('a key of %s with %s bits gets in', async (type, bits) => {
    const name = `${type}${bits}`;
    const certificate = await issue({ key: sshd.generateKey(name, '-t', type, '-b', bits) });
    expect((await sshd.logIn(name, certificate)).isIn).toBe(true);
  });

  it('a certificate that was added to ssh-agent gets in, with no key in a file', async () => {
    const user = makePair();
    const agent = await SshAgent.start(folder);
    const identity = await issue({ key: user.key });
    await agent.ask(encodeAddRequest({ identity, seed: user.seed, comment: 'alice', lifetime: 3600 }));
    const { isIn, log } = await sshd.logInWithAgent(agent.socketPath);
    await agent.ask(encodeRemoveRequest(identity));
    const after = await sshd.logInWithAgent(agent.socketPath);
    agent.stop();
    expect(isIn).toBe(true);
    expect(log).toContain('Accepted publickey');
    expect(after.isIn).toBe(false);
  });

  it('one of several principals and an extension that sshd does not know get in', async () => {
    const principals = ['web', sshd.username, 'db'];
    expect((await logIn({ principals, extensions: [{ name: 'new@example.com' }] })).isIn).toBe(true);
  });

  it.each<[string, Partial<CertificateRequest>, RegExp]>([
    ['another principal', { principals: ['someone-else'] }, /name is not a listed principal/],
    [
      'expired a second ago',
      { validAfter: now - 3600, validBefore: now - 1 },
      /Certificate invalid: expired/,
    ],
    ['not yet valid', { validAfter: now + 3000 }, /Certificate invalid: not yet valid/],
    ['another authority', { authority: other.key, sign: other.sign }, /Failed publickey .* ED25519-CERT/],
    [
      'an unknown critical option',
      { criticalOptions: [{ name: 'new@example.com' }] },
      /critical option "new@example.com" is not supported/,
    ],
    [
      'an address elsewhere',
      { criticalOptions: [{ name: 'source-address', value: '192.0.2.0/24' }] },
      /not from a permitted source address/,
    ],
  ])('refuses a certificate with %s', async (_, change, reason) => {
    const { isIn, log } = await logIn(change);
    expect(isIn).toBe(false);
    expect(log).toMatch(reason);
    expect(log).not.toContain('Accepted');
    // The certificate was offered, not held back by the client.
    expect(log).toContain('ED25519-CERT');
  });

  it('refuses principals that are the beginning of the user name or go on after it', async () => {
    const principals = [sshd.username.slice(0, -1), `${sshd.username}2`, `${sshd.username},x`];
    expect((await logIn({ principals })).isIn).toBe(false);
  });

  const ranges = [{ first: '1', last: lastSerialOf(now) }];
  it.each([
    ['its serial', { certificates: [{ authority: authority.key, ranges: [], serials: [serial] }] }],
    ['everything up to its second', { certificates: [{ authority: authority.key, ranges, serials: [] }] }],
    ['its authority as a key', { keys: [authority.key] }],
  ])('refuses a certificate as soon as the list revokes %s', async (_, content) => {
    expect((await logIn()).isIn).toBe(true);
    sshd.revoke(content);
    const { isIn, log } = await logIn();
    expect(isIn).toBe(false);
    expect(log).toContain('revoked by file');
  });

  it('lets in later certificates of the authority and the same serial of another key in the list', async () => {
    sshd.revoke({
      certificates: [
        { authority: authority.key, ranges, serials: [] },
        { authority: other.key, ranges: [{ first: '1', last: String(2n ** 64n - 1n) }], serials: [] },
      ],
    });
    expect((await logIn({ serial: makeSerial({ time: now + 1, randomBits: 0 }) })).isIn).toBe(true);
  });
});
