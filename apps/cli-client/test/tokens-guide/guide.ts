/**
 * The computers of docs/tokens.md: a server that runs as the guide says, a user who logs in for tokens, and shells for the
 * commands of the guide.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServices, DEFAULT_LIMITS } from '@countersign/auth-server';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { generateIdentity } from '@countersign/tls-channel';
import { expect } from 'vitest';
import { type ChildProcess, LONG_LIMIT, spawn } from '../../../../scripts/child-process.mjs';
import { Home } from '../test-client.ts';
import { addOldAccount, OLD_PASSWORD, type OldAccount, UNLOCK } from '../test-server.ts';
import { commandsOf } from './text.ts';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const PROGRAMS = {
  countersign: 'apps/cli-client/bin/countersign.js',
  'countersign-server': 'apps/cli-server/bin/countersign-server.js',
};

/** What a program printed, and how it ended. */
export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export class Guide {
  readonly folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  readonly home = new Home();
  /** The port of the server for clients, and of its two pages. */
  readonly ports = { client: 0, http: 0, verify: 0 };
  /** What a web site behind a proxy has received. */
  readonly received: IncomingMessage['headers'][] = [];
  /** Of the web site, and of the proxy in front of it. */
  sitePort = 0;
  proxyPort = 0;
  cert = '';
  #running: ChildProcess[] = [];
  #codes: string[] = [];
  #username = '';

  static async start(): Promise<Guide> {
    const guide = new Guide();
    await guide.#prepare();
    return guide;
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  get address(): string {
    return `127.0.0.1:${this.ports.client}`;
  }

  get env(): Record<string, string> {
    return {
      PATH: `${this.path('bin')}:${process.env.PATH}`,
      HOME: this.path('home'),
      CURL_HOME: this.path('home'),
      COUNTERSIGN_SERVER: this.address,
      COUNTERSIGN_CONFIG_DIR: this.home.folder,
      XDG_RUNTIME_DIR: this.path('run'),
      TMPDIR: this.path('run'),
      NO_COLOR: '1',
    };
  }

  /** Puts the ports and files of the test in the place of those of the guide. */
  adapted(text: string): string {
    return text
      .replaceAll('https://login.example.org/jwks.json', `http://127.0.0.1:${this.ports.http}/jwks.json`)
      .replaceAll('git.example.org', `git.example.org:${this.proxyPort}`)
      .replaceAll('/etc/ssl/wiki.example.org', this.path('tls'))
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${this.sitePort}`)
      .replaceAll('127.0.0.1:9480', `127.0.0.1:${this.ports.verify}`)
      .replace('listen 443 ssl', `listen 127.0.0.1:${this.proxyPort} ssl`)
      .replace(
        '--http-port 8480 --metrics-port 9480',
        `--http-port ${this.ports.http} --metrics-port ${this.ports.verify}`,
      );
  }

  /** Runs a line of the guide in a shell. Commands of the server use its store. */
  async run(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const server = line.startsWith('countersign-server ') ? ` ${this.#opens()}` : '';
    return ended(
      spawn('bash', ['-c', `${this.adapted(line)}${server}`], {
        cwd: this.folder,
        env: { ...this.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** The same for a line that must not fail. */
  async succeed(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const done = await this.run(line, env);
    expect([line, done.exit, done.exit === 0 ? '' : done.stderr]).toEqual([line, 0, '']);
    return done;
  }

  /** Starts a program that runs until the end of the test, when `isReady` holds for its output. */
  async serve(program: string, args: readonly string[], isReady: RegExp): Promise<ChildProcess> {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...this.env, HOME: this.path('home') },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONG_LIMIT,
    });
    this.#running.push(child);
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const take = (text: string) => {
        output += text;
        if (isReady.test(output)) resolve();
      };
      child.stdout.setEncoding('utf8').on('data', take);
      child.stderr.setEncoding('utf8').on('data', take);
      child.once('exit', () => reject(new Error(`${program} ended:\n${output}`)));
    });
    return child;
  }

  /** Starts the server as the guide says. */
  async startServer(): Promise<ChildProcess> {
    const start = commandsOf('On the server').find((line) => line.includes(' start ')) ?? '';
    const words = this.adapted(start).split(' ').slice(1);
    const opens = this.#opens().split(' ');
    const more = ['--port', String(this.ports.client), '--registration', 'open', '--json'];
    const program = join(REPOSITORY, PROGRAMS['countersign-server']);
    return this.serve(process.execPath, [program, ...words, ...opens, ...more], /"event":"listening"/);
  }

  /** Logs in for a token, as the user does on a terminal. */
  async logIn(audience: string): Promise<string> {
    const { XDG_RUNTIME_DIR = '', TMPDIR = '' } = this.env;
    const running = this.home.start(this.address, ['token', this.adapted(audience), '--fresh'], {
      terminal: true,
      env: { XDG_RUNTIME_DIR, TMPDIR, NO_COLOR: '1' },
    });
    for (const [question, answer] of [
      [/User name/, this.#username],
      [/Password/, OLD_PASSWORD],
      [/Code from your/, this.#codes.pop() ?? ''],
    ] as const) {
      await running.shows(question);
      running.type(answer);
    }
    const { exit, stdout, stderr } = await running.finished;
    expect([exit, exit === 0 ? '' : stderr]).toEqual([0, '']);
    return stdout.trim();
  }

  /** Ends a program that `serve` has started. */
  async stop(child: ChildProcess): Promise<void> {
    this.#running = this.#running.filter((each) => each !== child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    for (const child of [...this.#running]) await this.stop(child);
    this.home.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    for (const name of ['bin', 'data', 'home', 'run', 'web']) mkdirSync(this.path(name), { mode: 0o700 });
    for (const [name, program] of Object.entries(PROGRAMS))
      writeFileSync(
        this.path('bin', name),
        `#!/bin/sh\nexec '${process.execPath}' '${join(REPOSITORY, program)}' "$@"\n`,
        { mode: 0o755 },
      );
    writeFileSync(this.path('passphrase'), UNLOCK.passphrase, { mode: 0o600 });
    symlinkSync(join(REPOSITORY, 'node_modules'), this.path('node_modules'));
    const hosts = ['wiki.example.org', 'git.example.org', 'kube.example.org', '127.0.0.1'];
    const { key, cert } = await generateIdentity({ hosts });
    this.cert = cert;
    writeFileSync(this.path('tls.key'), key, { mode: 0o600 });
    writeFileSync(this.path('tls.pem'), cert);
    this.ports.client = await freePort();
    this.ports.http = await freePort();
    this.ports.verify = await freePort();
    this.proxyPort = await freePort();
    const account = await this.#addAccount();
    this.#username = account.username;
    this.#codes = [...account.recoveryCodes];
    const connect = `wiki.example.org:443:127.0.0.1:${this.proxyPort}`;
    writeFileSync(
      this.path('home', '.curlrc'),
      `silent\nfail\ncacert = "${this.path('tls.pem')}"\nconnect-to = "${connect}"\n`,
    );
    const site = createHttpServer((request, response) => {
      this.received.push(request.headers);
      response.end('the web site');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    site.unref();
    this.sitePort = (site.address() as AddressInfo).port;
  }

  async #addAccount(): Promise<OldAccount> {
    const backend = lmdbBackend({ dir: this.path('data', 'store') });
    const store = await openStore({ ...UNLOCK, backend, create: 'if-empty' });
    try {
      const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
      const options = {
        store,
        registration: 'open',
        limits: DEFAULT_LIMITS,
        clock: Date.now,
        randomBytes,
      } as const;
      return await addOldAccount(createServices(options), 'alice');
    } finally {
      await store.close();
    }
  }

  #opens(): string {
    return `--data-dir ${this.path('data')} --passphrase-file ${this.path('passphrase')}`;
  }
}

async function ended(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [exit] = await once(child, 'close');
  return { exit, ...output };
}
