import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { connectTls, generateIdentity, pinOf, renewCertificate } from '@countersign/tls-channel';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { run } from '../src/run.ts';
import { administrate } from './administrator.ts';
import { dataDir, folder, Inside, PASSPHRASE, Program } from './program.ts';

const ONCE = `${PASSPHRASE}\n`;

const starting = (dir: string, ...args: string[]) => [
  ...['start', '--data-dir', dir, '--port', '0', '--json'],
  ...args,
];

/** The real program, for signals and for what two processes share. */
function spawnStart(dir: string): Program {
  return new Program(starting(dir), { input: ONCE });
}

function start(dir: string, input = ONCE, ...args: string[]): Inside {
  return new Inside(starting(dir, ...args), { input });
}

/** The same for what ends before anything listens. */
async function tryTo(
  args: readonly string[],
  { input = ONCE, env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<{ exit: number; stderr: string }> {
  const { io, stderr } = memoryIo({ input, env });
  return { exit: await run(args, io), stderr: stderr() };
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a new store', () => {
  it.each(['--passphrase-file', '--key-file'])(
    'is not made by a mistyped directory and %s',
    async (option) => {
      const files = folder();
      const secret = join(files, 'secret');
      writeFileSync(secret, `${'x'.repeat(32)}\n`, { mode: 0o600 });
      const dir = join(files, 'data');
      const { exit, stderr } = await tryTo(starting(dir, option, secret));
      expect({ exit, stderr }).toEqual({ exit: 7, stderr: expect.stringContaining('use --create') });
      expect(readdirSync(files)).toEqual(['secret']);
      const made = start(dir, '', option, secret, '--create');
      await made.listening();
      expect(made.stdout).toContain('"created":true');
      await made.end();
      const again = start(dir, '', option, secret);
      await again.listening();
      expect(again.stdout).not.toContain('created');
      await again.end();
    },
  );

  it('is announced to a person, and confirmed by two equal lines, which later starts take as well', async () => {
    const dir = join(folder(), 'data');
    const argv = ['start', '--data-dir', dir, '--port', '0'];
    const once = new Inside(argv, { input: ONCE });
    expect(await once.ended).toBe(2);
    expect(once.stderr).toContain('Input ended while this was being asked for: Repeat the passphrase.');
    const different = new Inside(argv, { input: `${ONCE}correct house\n` });
    expect(await different.ended).toBe(2);
    const made = new Inside(argv, { input: ONCE + ONCE });
    await made.prints(new RegExp(`^New store +lmdb:${dir}/store$`, 'm'));
    await made.end();
    for (const input of [ONCE, ONCE + ONCE]) {
      const later = new Inside(argv, { input });
      await later.prints(/^Listening/m);
      expect(later.stdout).not.toContain('New store');
      await later.end();
    }
    const surplus = new Inside(argv, { input: `${ONCE}yes\n` });
    expect(await surplus.ended).toBe(2);
    const three = new Inside(argv, { input: ONCE + ONCE + ONCE });
    expect(await three.ended).toBe(2);
  });
});

describe('--public', () => {
  it('is kept with the pin, so that invitations name both, also after a start without it', async () => {
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

describe('the first start', () => {
  it('asks twice, makes store and certificate for the owner alone, and later asks once', async () => {
    const dir = join(folder(), 'data');
    const first = new Program(['--data-dir', dir, '--port', '0'], { input: ONCE + ONCE });
    const [, address] = await first.prints(/^Listening on {2}(127\.0\.0\.1:\d+)$/m);
    const [, pin] = await first.prints(/^Pin +(sha256:[\w-]{43})$/m);
    await first.prints(/^Registration +open to anyone/m);
    await first.prints(new RegExp(`^To register +countersign register --server ${address}$`, 'm'));
    await first.prints(new RegExp(`^To log in +countersign login --server ${address}$`, 'm'));
    expect(
      ['', 'store', 'store/data.mdb', 'tls', 'tls/key.pem'].map((name) => modeOf(join(dir, name))),
    ).toEqual(['700', '700', '600', '700', '600']);
    first.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const certificate = new X509Certificate(readFileSync(join(dir, 'tls/cert.pem')));
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.subjectAltName).toContain('DNS:localhost');
    const second = spawnStart(dir);
    expect((await second.listening()).pin).toBe(pin);
    second.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  it.each([
    ['a mistyped repetition', `${ONCE}correct house\n`, /The passphrases do not match/],
    ['a short passphrase', 'seven77\nseven77\n', /at least 8 characters/],
    ['input that ends before the repetition', ONCE, /Input ended while this was being asked for/],
  ])('%s ends with 2 and leaves nothing behind', async (_what, input, words) => {
    const dir = join(folder(), 'data');
    const { exit, stderr } = await tryTo(['--data-dir', dir], { input });
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
    expect(() => statSync(dir)).toThrow('ENOENT');
  });

  it('closes an empty directory that was made for it', async () => {
    const dir = join(folder(), 'data');
    mkdirSync(dir, { mode: 0o755 });
    const program = start(dir, ONCE + ONCE);
    await program.listening();
    expect(modeOf(dir)).toBe('700');
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

  it('goes on with what was there after kill -9', async () => {
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

describe('what start is told', () => {
  /** What the server answers to a registration that fits nothing. */
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

  it('uses a certificate of your own, and makes none then', async () => {
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
    expect(readdirSync(dir)).toEqual(['store']);
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

  it('shows counters on this machine, and logs without a name that is none', async () => {
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

describe('what cannot work ends with one line and its number', () => {
  it('a port in use: 6', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const program = start(await dataDir(), ONCE, '--port', String(port));
    expect(await program.ended).toBe(6);
    expect(program.stderr).toMatch(
      /^Error: Another program listens at 127\.0\.0\.1:\d+ already\. Stop it, or choose another --port\.\n$/m,
    );
  });

  it('a directory with other things in it: 7', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'letter.txt'), 'Dear');
    const { exit, stderr } = await tryTo(['--data-dir', dir]);
    expect(exit).toBe(7);
    expect(stderr).toContain('holds other things');
    expect(readdirSync(dir)).toEqual(['letter.txt']);
  });

  withCounterpart('linux', 'on Linux', () => {
    it('a place where no directory can be made: 7', async () => {
      for (const args of [
        ['--data-dir', '/proc/countersign/data'],
        ['--store', 'lmdb:/proc/countersign'],
      ]) {
        const input = ONCE + ONCE;
        const { exit, stderr } = await tryTo(['--data-dir', join(folder(), 'data'), ...args], { input });
        expect(exit).toBe(7);
        expect(stderr).toMatch(/\/proc\/countersign(\/data)? cannot be used[:.]/);
      }
    });
  });

  it('a store that is none, under the right name: 7', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'store'));
    writeFileSync(join(dir, 'store/data.mdb'), 'no database of any kind '.repeat(1000));
    const program = start(dir);
    expect(await program.ended).toBe(7);
    expect(program.stderr).toContain('was not written by this software');
  });

  it('a store directory with other things in it: 7', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'store'));
    writeFileSync(join(dir, 'store/photo.jpg'), 'no store');
    const { exit, stderr } = await tryTo(['--data-dir', dir]);
    expect(exit).toBe(7);
    expect(stderr).toContain('/store holds other things');
  });

  it.each([
    [
      'an unknown option',
      ['--prot', '1'],
      /Unknown option '--prot'\. Did you mean --port\? See countersign-server start --help\./,
    ],
    ['an unknown command', ['strat'], /Unknown command 'strat'\. Did you mean start\?/],
    ['a port that is none', ['--port', '65536'], /'65536' is invalid\. Give a whole number from 0 to 65535/],
    ['half an identity', ['--tls-cert', '/etc/hostname'], /--tls-cert and --tls-key must be used together/],
    [
      'a key that is not there',
      ['--tls-cert', '/nowhere', '--tls-key', '/nowhere'],
      /\/nowhere cannot be opened/,
    ],
    ['a key that is none', ['--tls-cert', notPem(), '--tls-key', notPem()], /Not a certificate in PEM/],
    [
      'an address that is not one of a store',
      ['--store', 'mysql://db'],
      /"mysql:\/\/db" is not the address of a store/,
    ],
    [
      'a secret file that is not there',
      ['--create', '--passphrase-file', '/nowhere'],
      /\/nowhere cannot be opened/,
    ],
  ])('%s: 2', async (_what, args, words) => {
    const env = { COUNTERSIGN_DATA_DIR: join(folder(), 'data') };
    const { exit, stderr } = await tryTo(args, { env });
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['{"code":{"perStep":0}}', /The limit code\.perStep in /],
    ['{"code":{"perStap":5}}', /The limit code\.perStap in /],
    ['{"connections":"many"}', /The limit connections in /],
    ['[]', /The limits in /],
    ['nonsense', /The file .* is not JSON\./],
  ])('limits like %s: 2', async (text, words) => {
    const file = join(folder(), 'limits.json');
    writeFileSync(file, text);
    const { exit, stderr } = await tryTo(['--data-dir', join(folder(), 'data'), '--limits', file]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
  });
});

function notPem(): string {
  const dir = mkdtempSync(join(tmpdir(), 'not-pem-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'note.txt');
  writeFileSync(path, 'not a key', { mode: 0o600 });
  return path;
}
