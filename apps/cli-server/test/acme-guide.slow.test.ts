/** Runs the commands for certbot in docs/operating.md, with an ACME server and a client that remembers the server's key. */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinOf } from '@countersign/tls-channel';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../packages/secure-store/test/postgres-cluster.ts';
import { execFile, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { type Authority, startAuthority } from './acme-authority.ts';
import { administrate } from './administrator.ts';
import { cleaningAtEnd } from './at-end.ts';
import { dataDir, folder, Program } from './program.ts';
import { ONCE } from './starting.ts';

const guide = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
const section = /^## Certificates of your own[\s\S]*?^## /m.exec(guide)?.[0] ?? '';
const CLIENT = fileURLToPath(new URL('../../cli-client/bin/countersign.js', import.meta.url));
const PASSWORD = 'open sesame';
const BY_PEBBLE = expect.stringContaining('Pebble');

/** The block of the section that contains a text. */
function blockWith(text: string): string {
  const blocks = [...section.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(text));
  if (found === undefined) throw new Error(`no block with ${text}`);
  return found;
}

/** A machine with a server's data directory, and a user's. */
class Site {
  readonly #dir: string;
  readonly #place = folder();
  readonly #port: number;
  readonly #authority: Authority;
  #server: Program | undefined;
  #reloads = 0;
  #recoveryCodes: string[] = [];

  private constructor(dir: string, port: number, authority: Authority) {
    this.#dir = dir;
    this.#port = port;
    this.#authority = authority;
    for (const name of ['etc', 'sbin']) mkdirSync(join(this.#place, name));
  }

  static async create(authority: Authority): Promise<Site> {
    return new Site(await dataDir(), await freePort(), authority);
  }

  #localised(text: string): string {
    return text
      .replaceAll('/usr/local/sbin', join(this.#place, 'sbin'))
      .replaceAll('/etc/countersign', join(this.#place, 'etc'))
      .replaceAll('/var/lib/countersign', this.#dir)
      .replaceAll(' -o countersign -g countersign', '');
  }

  /** Runs commands as the guide prints them. */
  async run(script: string): Promise<string> {
    const env = { ...process.env, ...this.#authority.env, TMPDIR: this.#place };
    const { stdout } = await execFile('bash', ['-euc', this.#localised(script)], { cwd: this.#dir, env });
    return stdout;
  }

  /** Starts the server again with these lines of the configuration, and returns its pin. */
  async restart(lines = ''): Promise<string> {
    this.#server?.kill('SIGTERM');
    await this.#server?.ended;
    this.#reloads = 0;
    const config = join(this.#place, 'etc', 'config.toml');
    writeFileSync(config, this.#localised(lines));
    const args = ['start', '--config', config, '--data-dir', this.#dir, '--port', `${this.#port}`, '--json'];
    this.#server = new Program(args, { input: ONCE });
    return (await this.#server.listening()).pin;
  }

  async reload(): Promise<void> {
    this.#reloads += 1;
    this.#server?.kill('SIGHUP');
    const often = new RegExp(`(?:SIGHUP: certificate and settings were read again[^]*){${this.#reloads}}`);
    await this.#server?.prints(often, 'stderr');
  }

  /** The certificate that the server presents. */
  async served(): Promise<{ pin: string; serialNumber: string; issuer: string }> {
    const connect = `openssl s_client -connect 127.0.0.1:${this.#port} -alpn countersign/1`;
    const pem = await this.run(`${connect} </dev/null 2>/dev/null | openssl x509`);
    const { serialNumber, issuer } = new X509Certificate(pem);
    return { pin: pinOf(pem), serialNumber, issuer };
  }

  async shownPin(): Promise<unknown> {
    const now = Math.floor(Date.now() / 1000) + 60;
    return (await administrate(this.#dir, ['cert', 'show'], { now })).json[0]?.pin;
  }

  #client(command: string) {
    const env = {
      PATH: process.env.PATH,
      COUNTERSIGN_CONFIG_DIR: join(this.#place, 'client'),
      COUNTERSIGN_SERVER: `127.0.0.1:${this.#port}`,
    };
    const child = spawn(process.execPath, [CLIENT, command, '--json'], { env, stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (output.stdout += text));
    child.stderr.on('data', (text) => (output.stderr += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return { child, output, ended };
  }

  /** Registers an account. From then on, the client remembers the key of the server. */
  async register(): Promise<void> {
    const { child, output, ended } = this.#client('register');
    child.stdin.write(`alice\nyes\n${PASSWORD}\n${PASSWORD}\n`);
    await expect.poll(() => output.stdout, { timeout: 40_000 }).toContain('\n');
    const secret = TotpSecret.fromBase32(JSON.parse(output.stdout).secret);
    child.stdin.end(`${computeCode({ secret, time: Date.now() / 1000 })}\n`);
    expect([await ended, output.stderr]).toEqual([0, expect.any(String)]);
    this.#recoveryCodes = JSON.parse(output.stdout.split('\n')[1] ?? '').recoveryCodes;
  }

  /** Logs in with the next recovery code, so that no login has to wait for a time step. */
  async logIn(): Promise<{ exit: number | null; stderr: string }> {
    const { child, output, ended } = this.#client('login');
    child.stdin.end(`alice\n${PASSWORD}\n${this.#recoveryCodes.pop()}\n`);
    return { exit: await ended, stderr: output.stderr };
  }
}

withCounterpart(['pebble', 'certbot', 'openssl', 'bash', 'coreutils'], 'certbot in docs/operating.md', () => {
  const atEnd = cleaningAtEnd();
  let authority: Authority;
  beforeAll(async () => {
    authority = await startAuthority(folder(atEnd));
    atEnd(() => authority.dispose());
  });

  it('--reuse-key keeps the pin at a renewal, and clients log in; a new key stops them', async () => {
    const site = await Site.create(authority);
    await site.run(blockWith('RENEWED_LINEAGE'));
    await site.run(blockWith('--reuse-key'));
    const pin = await site.restart(blockWith('tls-cert'));
    await site.register();
    const first = await site.served();
    expect(first).toMatchObject({ pin, issuer: BY_PEBBLE });

    await site.run('certbot renew --force-renewal');
    await site.reload();
    const second = await site.served();
    expect(second).toMatchObject({ pin, issuer: BY_PEBBLE });
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(await site.shownPin()).toBe(pin);
    expect(await site.logIn()).toMatchObject({ exit: 0 });

    await site.run('certbot renew --force-renewal --new-key');
    await site.reload();
    const { pin: other } = await site.served();
    expect(other).not.toBe(pin);
    expect(await site.logIn()).toEqual({ exit: 5, stderr: expect.stringContaining(other) });
  });

  it("a certificate for the server's own key keeps the pin of the self-signed one", async () => {
    const site = await Site.create(authority);
    const pin = await site.restart();
    await site.register();
    await site.run(blockWith('openssl req'));
    await site.run(blockWith('--csr'));
    const settings = blockWith('tls-cert').replace(
      /^tls-key.*$/m,
      /^.*`(tls-key = .*)`/m.exec(section)?.[1] ?? '',
    );
    expect(await site.restart(settings)).toBe(pin);
    const first = await site.served();
    expect(first).toMatchObject({ pin, issuer: BY_PEBBLE });
    expect(await site.logIn()).toMatchObject({ exit: 0 });

    await site.run(blockWith('--csr'));
    await site.reload();
    const second = await site.served();
    expect(second).toMatchObject({ pin, issuer: BY_PEBBLE });
    expect(second.serialNumber).not.toBe(first.serialNumber);
    expect(await site.shownPin()).toBe(pin);
    expect(await site.logIn()).toMatchObject({ exit: 0 });
  });
});
