import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectTls, generateIdentity, pinOf, renewCertificate } from '@countersign/tls-channel';
import { describe, expect, it } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { administrate } from './administrator.ts';
import { dataDir, folder } from './program.ts';

import { ONCE, spawnStart, start, starting, tryTo } from './starting.ts';

describe('--public', () => {
  it('is stored with the pin, so that invitations contain both, even after a start without it', async () => {
    const dir = await dataDir();
    const first = start(dir, ONCE, '--public', 'Login.Example.org');
    const { pin } = await first.listening();
    expect(first.stdout).toContain('"public":"login.example.org:8443"');
    const invite = () => administrate(dir, ['invite', 'create']);
    expect((await invite()).json[0]).toMatchObject({ server: 'login.example.org:8443', pin });
    await first.end();
    const second = start(dir);
    await second.listening();
    await second.end();
    expect((await invite()).json[0]).toMatchObject({ server: 'login.example.org:8443', pin });
  });

  it.each([
    ['a wildcard', '0.0.0.0:8443', 'Clients cannot connect to that address'],
    ['no address', 'https://x/', 'Give HOST:PORT'],
  ])('is refused when it is %s', async (_what, address, words) => {
    const dir = folder();
    const { exit, stderr } = await tryTo(starting(dir, '--public', address));
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(words) });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe('a later start', () => {
  it('refuses a wrong passphrase with 7 and changes no byte', async () => {
    const dir = await dataDir();
    const before = readFileSync(join(dir, 'store/data.mdb'));
    const program = start(dir, 'battery staple\n');
    expect(await program.ended).toBe(7);
    expect(program.stderr).toBe(
      'Error: This is not the passphrase of this store. Nothing was changed. Try again.\n',
    );
    expect(JSON.parse(program.stdout)).toMatchObject({ event: 'error', code: 'wrong_passphrase' });
    expect(readFileSync(join(dir, 'store/data.mdb')).equals(before)).toBe(true);
    expect(readdirSync(dir)).toEqual(['store']);
  });

  it('takes the passphrase from a file', async () => {
    const dir = await dataDir();
    const file = join(folder(), 'passphrase');
    writeFileSync(file, ONCE, { mode: 0o600 });
    const program = start(dir, '', '--passphrase-file', file);
    expect((await program.listening()).port).toBeGreaterThan(0);
  });

  it('continues with the committed data after kill -9', async () => {
    const dir = await dataDir();
    const first = spawnStart(dir);
    const { pin } = await first.listening();
    first.kill('SIGKILL');
    await first.ended;
    const second = start(dir);
    expect((await second.listening()).pin).toBe(pin);
    expect(second.stderr).not.toContain('certificate');
  });

  it('shares its data directory with another server', async () => {
    const dir = await dataDir();
    const [one, two] = [spawnStart(dir), start(dir)];
    const [first, second] = await Promise.all([one.listening(), two.listening()]);
    expect(first.port).not.toBe(second.port);
    expect(first.pin).toBe(second.pin);
    one.kill('SIGTERM');
    expect(await one.ended).toBe(0);
    expect(await two.end()).toBe(0);
  });

  withCounterpart('openssl', 'beside OpenSSL', () => {
    it('speaks TLS 1.3 and its own protocol, and nothing older', async () => {
      const program = start(await dataDir());
      const { port, pin } = await program.listening();
      const talk = (...args: string[]) => {
        const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        let stdout = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        return new Promise<{ status: number | null; stdout: string }>((resolve, reject) => {
          child.on('error', reject).on('close', (status) => resolve({ status, stdout }));
        });
      };
      const { stdout } = await talk('-alpn', 'countersign/1');
      expect(stdout).toMatch(/New, TLSv1\.3/);
      expect(stdout).toMatch(/ALPN protocol: countersign\/1/);
      const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(stdout) ?? [''];
      const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
      expect(`sha256:${createHash('sha256').update(spki).digest('base64url')}`).toBe(pin);
      expect((await talk('-tls1_2')).status).not.toBe(0);
    });
  });
});

describe('the options of start', () => {
  /** Returns the server's answer to a registration that it cannot accept. */
  async function register(port: number): Promise<unknown> {
    const channel = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } });
    const bytes = new Uint8Array(384);
    await channel.send({
      type: 'register.start',
      username: 'alice',
      suite: '3072-sha256',
      stretch: { name: 'none' },
      salt: bytes.subarray(0, 16),
      verifier: bytes,
    });
    const answer = await channel.receive({ timeout: 10_000 });
    await channel.close();
    return answer?.type === 'error' ? answer.code : answer?.type;
  }

  it.each([
    ['profile_refused', 'by everybody on this machine alone', []],
    ['invitation_required', 'by invitation elsewhere', ['--host', '0.0.0.0']],
    ['registration_closed', 'by nobody when closed', ['--registration', 'closed']],
    ['profile_refused', 'by everybody when open', ['--host', '0.0.0.0', '--registration', 'open']],
  ])('decides who may register: %s, %s', async (code, _who, args) => {
    const program = start(await dataDir(), ONCE, ...args);
    expect(await register((await program.listening()).port)).toBe(code);
  });

  it('uses a given certificate, and creates none', async () => {
    const dir = await dataDir();
    const files = folder();
    const { key, cert } = await generateIdentity({ hosts: ['login.example'] });
    const other = await generateIdentity({ hosts: ['login.example'] });
    const paths = { key: join(files, 'key'), cert: join(files, 'cert') };
    writeFileSync(paths.key, key, { mode: 0o600 });
    writeFileSync(paths.cert, cert);
    const args = ['--tls-key', paths.key, '--tls-cert', paths.cert];
    const program = start(dir, ONCE, ...args);
    expect((await program.listening()).pin).toBe(pinOf(cert));
    expect(readdirSync(dir)).not.toContain('tls');
    const expired = await renewCertificate({
      key,
      cert,
      now: new Date(Date.now() - 100 * 86_400_000),
      days: 90,
    });
    writeFileSync(paths.cert, expired.cert);
    const late = start(dir, ONCE, ...args);
    await late.listening();
    expect(late.stderr).toMatch(
      /A certificate in .*cert expired at .*: clients with --ca refuse this server/,
    );
    expect(program.stderr).not.toContain('expired');
    writeFileSync(paths.cert, other.cert);
    const mixed = start(dir, ONCE, ...args);
    expect(await mixed.ended).toBe(2);
    expect(mixed.stderr).toContain('does not belong to the certificate');
  });

  it('shows metrics on this machine, and logs no unknown names', async () => {
    const program = start(await dataDir(), ONCE, '--metrics-port', '0');
    const { port } = await program.listening();
    const [, metrics] = await program.prints(/"metricsPort":(\d+)/);
    await register(port);
    const page = await fetch(`http://127.0.0.1:${metrics}/metrics`);
    expect(page.headers.get('content-type')).toContain('version=0.0.4');
    expect(await page.text()).toMatch(
      /^# TYPE countersign_connections_total counter\ncountersign_connections_total 1$/m,
    );
    expect((await fetch(`http://127.0.0.1:${metrics}/`)).status).toBe(404);
    const second = start(await dataDir(), ONCE, '--metrics-port', String(metrics));
    expect(await second.ended).toBe(6);
    expect(program.stderr).not.toContain('alice');
  });
});
