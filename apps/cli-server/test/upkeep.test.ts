import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { generateIdentity } from '@countersign/tls-channel';
import { describe, expect, it } from 'vitest';
import { addAccounts, administrate, damage, iso, NOW } from './administrator.ts';
import { dataDir, folder, PASSPHRASE, Program } from './program.ts';

/** Returns a data directory with a certificate, as after the first start. */
async function withCertificate(days = 3650, now = new Date(NOW * 1000)): Promise<string> {
  const dir = await dataDir();
  const { key, cert } = await generateIdentity({ hosts: ['localhost'], days, now });
  mkdirSync(join(dir, 'tls'), { mode: 0o700 });
  writeFileSync(join(dir, 'tls/key.pem'), key, { mode: 0o600 });
  writeFileSync(join(dir, 'tls/cert.pem'), cert);
  return dir;
}

/** Returns when the certificate of the server at this port expires. */
function endOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ALPNProtocols: ['countersign/1'],
      rejectUnauthorized: false,
    });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().valid_to);
      socket.end();
    });
    socket.on('error', reject);
  });
}

describe('cert', () => {
  it('show prints names, dates and pin, before the first start those of the certificate in the data directory', async () => {
    const dir = await withCertificate();
    const { json } = await administrate(dir, ['cert', 'show']);
    expect(json).toMatchObject([{ event: 'certificate', names: ['localhost'] }]);
    expect(json[0]?.pin).toMatch(/^sha256:/);
    const { stdout } = await administrate(dir, ['cert', 'show'], { json: false });
    expect(stdout).toMatch(/^ {2}Valid to +2037-.* UTC, in 3650 days$/m);
    for (const command of ['show', 'renew']) {
      const { exit, stderr } = await administrate(await dataDir(), ['cert', command]);
      expect(exit).toBe(2);
      expect(stderr).toMatch(/^Error: There is no certificate in .*\. countersign-server start creates one/);
    }
  });

  it('prints addresses and names as they are typed', async () => {
    const dir = await withCertificate();
    const args = ['cert', 'renew', '--name', 'Login.Example', '--name', 'fd00::2', '--name', '::1'];
    const { json } = await administrate(dir, args);
    expect(json).toMatchObject([{ names: ['login.example', 'fd00::2', '::1'] }]);
  });

  it('renew keeps the pin, and running servers use the new certificate', async () => {
    const dir = await withCertificate(30);
    const before = (await administrate(dir, ['cert', 'show'])).json[0];
    const server = new Program(['start', '--data-dir', dir, '--port', '0', '--json'], {
      input: `${PASSPHRASE}\n`,
    });
    const { port, pin } = await server.listening();
    const end = await endOf(port);
    const renewed = await administrate(dir, ['cert', 'renew', '--days', '60', '--name', 'login.example']);
    expect(renewed.json).toMatchObject([
      { event: 'certificate_renewed', pin, names: ['login.example'], validTo: iso(NOW + 60 * 86_400) },
    ]);
    expect(before?.pin).toBe(pin);
    await expect.poll(() => endOf(port), { timeout: 20_000 }).not.toBe(end);
    const bad = await administrate(dir, ['cert', 'renew', '--name', 'no name']);
    expect(bad.exit).toBe(2);
    const log = await administrate(dir, ['audit', 'show'], { json: false });
    expect(log.stdout).toContain('certificate renewed');
  });
});

describe('doctor', () => {
  const verdicts = (json: readonly Record<string, unknown>[]) =>
    Object.fromEntries(json.map(({ code, verdict }) => [code, verdict]));

  it('finds nothing but a missing second slot after a first start', async () => {
    const { exit, json } = await administrate(await withCertificate(), ['doctor']);
    expect(verdicts(json)).toMatchObject({
      node: 'good',
      permissions: 'good',
      certificate: 'good',
      room: 'good',
      records: 'good',
      keys: 'good',
      slots: 'poor',
      clock: 'good',
    });
    expect(exit).toBe(0);
  });

  it('ends with 7 when there is no store', async () => {
    const { exit, json } = await administrate(join(folder(), 'nothing'), ['doctor']);
    expect([exit, json[0]?.code]).toEqual([7, 'not_a_store']);
  });

  it('says what to do about open permissions, an old certificate and a wrong clock', async () => {
    const dir = await withCertificate(10);
    chmodSync(join(dir, 'tls/key.pem'), 0o644);
    await addAccounts(
      dir,
      { username: 'alice', clockOffsets: [1] },
      { username: 'bobby', clockOffsets: [1] },
      { username: 'carol', clockOffsets: [-1] },
    );
    const { exit, json } = await administrate(dir, ['doctor'], { now: NOW + 11 * 86_400 });
    expect(exit).toBe(7);
    expect(verdicts(json)).toMatchObject({ permissions: 'bad', certificate: 'bad', clock: 'poor' });
    const { stdout } = await administrate(dir, ['doctor'], { json: false });
    expect(stdout).toMatch(
      /^look {2}The certificate is valid until 2027-.*\n +Run: countersign-server cert renew/m,
    );
    expect(stdout).toMatch(
      /^BAD {3}Users other than the owner have access to .*key\.pem\.\n +Run: chmod go-rwx /m,
    );
    expect(stdout).toMatch(/^look {2}The clock is behind those of most users, by up to one time step\.$/m);
  });

  it.each([
    [
      'good',
      'one login of many users was late',
      [
        [-1, 0, 0],
        [-1, 0],
        [-1, 0, 0, 0],
      ],
      /agrees with those of 3 users/,
    ],
    ['poor', 'nearly every code is late', [[-1, -1], [-1, -1, -1], [-1]], /probably ahead/],
    ['good', 'most users type slowly', [[-1], [-1, -1, 0], [0]], /codes are one step late/],
    [
      'poor',
      'codes come before their time',
      [[1, 1, 0], [1], [0]],
      /behind those of most users, by up to one time step/,
    ],
    ['good', 'two users are ahead, which are too few', [[1], [1]], /Not enough users/],
  ])('finds the clock %s when %s', async (verdict, _what, offsets, says) => {
    const dir = await withCertificate();
    await addAccounts(dir, ...offsets.map((clockOffsets, n) => ({ username: `user${n}`, clockOffsets })));
    const { exit, json } = await administrate(dir, ['doctor']);
    expect(json.find(({ code }) => code === 'clock')).toMatchObject({
      verdict,
      says: expect.stringMatching(says),
    });
    expect(exit).toBe(0);
  });

  it('checks the clock with all readable accounts, and reports the unreadable one', async () => {
    const dir = await withCertificate();
    const names = Array.from({ length: 4 }, (_, n) => ({ username: `user${n}`, clockOffsets: [1] }));
    await damage(dir, () => addAccounts(dir, ...names.slice(0, 1)));
    await addAccounts(dir, ...names.slice(1));
    const { exit, json } = await administrate(dir, ['doctor']);
    expect(exit).toBe(7);
    expect(verdicts(json)).toMatchObject({ records: 'bad', clock: 'poor' });
    const todo = json.find(({ code }) => code === 'records')?.todo;
    expect(todo).toContain('countersign-server store restore FILE --replace');
  });
});

describe('administrator commands', () => {
  it('load no TLS, except those about the certificate', async () => {
    const dir = await withCertificate(3650, new Date());
    const probe = join(folder(), 'probe.mjs');
    writeFileSync(
      probe,
      "process.on('exit', () => console.error('tls:', process.moduleLoadList.includes('NativeModule tls')));",
    );
    const loadsTls = async (...args: string[]) => {
      const program = new Program([...args, '--data-dir', dir], {
        input: `${PASSPHRASE}\n`,
        env: { NODE_OPTIONS: `--import=${probe}` },
      });
      expect(await program.ended).toBe(0);
      return /^tls: (.*)$/m.exec(program.stderr)?.[1];
    };
    expect(await loadsTls('cert', 'show')).toBe('true');
    for (const command of ['user list', 'audit show', 'doctor'])
      expect([command, await loadsTls(...command.split(' '))]).toEqual([command, 'false']);
  });

  it('work while a server runs, and it keeps running', async () => {
    const dir = await dataDir();
    await addAccounts(dir, { username: 'alice' });
    const server = new Program(['start', '--data-dir', dir, '--port', '0', '--json'], {
      input: `${PASSPHRASE}\n`,
    });
    const { port } = await server.listening();
    for (const args of [
      ['user', 'disable', 'alice'],
      ['keys', 'rotate', '--root'],
      ['audit', 'verify'],
      ['doctor'],
    ])
      expect(await administrate(dir, args)).toMatchObject({ exit: 0, stderr: '' });
    await endOf(port);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.stderr).not.toContain('"level":50');
    expect((await administrate(dir, ['audit', 'verify'])).exit).toBe(0);
  });
});
