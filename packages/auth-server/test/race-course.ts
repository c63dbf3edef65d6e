/** Two real server processes on one store, and clients on real connections to either. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Backend, openStore, type Store } from '@countersign/secure-store';
import { type Channel, connectTls, generateIdentity } from '@countersign/tls-channel';
import { TotpSecret } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import { type ChildProcessWithoutNullStreams, LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';
import { DEFAULT_LIMITS, type Limits } from '../src/limits/limits.ts';
import { createServices, type Services } from '../src/session/services.ts';
import { credentialOf, Speaker } from './world.ts';

/** What would stop a hundred clients at one address before they can race. */
export const RACE_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  source: {
    ...DEFAULT_LIMITS.source,
    startsPerMinute: 1_000_000,
    registrationsPerDay: 1_000_000,
    failures: 1_000_000,
  },
  network: { registrationsPerDay: 1_000_000 },
  registrationsPerDay: 1_000_000,
  connectionsPerSource: 4096,
};

/** And no budget for codes either: each of a hundred is judged, and a loser can race again. */
export const TIRELESS_LIMITS: Limits = {
  ...RACE_LIMITS,
  code: { ...DEFAULT_LIMITS.code, perStep: 1_000_000, lockAfter: 1_000_000, perConnection: 1_000_000 },
};

export class Racer extends Speaker {
  readonly #channel: Channel;

  private constructor(channel: Channel) {
    super();
    this.#channel = channel;
  }

  static async connect(port: number): Promise<Racer> {
    return new Racer(await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' }, timeout: 60_000 }));
  }

  get binding(): Uint8Array {
    return this.#channel.binding;
  }

  async ask(message: Message): Promise<Message> {
    await this.#channel.send(message);
    const answer = await this.#channel.receive({ timeout: 60_000 });
    if (!answer) throw new Error('the server ended the connection');
    return answer;
  }

  close(): Promise<void> {
    return this.#channel.close();
  }
}

export interface Place {
  /** What the server processes are told. */
  readonly where: string;
  open(): Backend;
}

interface ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it prints: its port, then a line for each step that its clock was moved. */
  readonly lines: AsyncIterator<string>;
  readonly port: number;
  readonly complaints: string[];
}

/** Two servers on one store, and a third opening of it to make accounts with. */
export class RaceCourse {
  readonly store: Store;
  readonly services: Services;
  readonly #dir: string;
  readonly #servers: readonly ServerProcess[];
  #steps = 0;

  private constructor(store: Store, dir: string, servers: readonly ServerProcess[]) {
    this.store = store;
    this.#dir = dir;
    this.#servers = servers;
    this.services = createServices({
      store,
      clock: () => this.now * 1000,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      registration: 'invite',
    });
  }

  static async open(place: Place, limits: Limits): Promise<RaceCourse> {
    const dir = await mkdtemp(join(tmpdir(), 'countersign-race-'));
    const store = await openStore({
      backend: place.open(),
      passphrase: 'for races only',
      create: 'if-empty',
      kdf: { m: 8, t: 1, p: 1 },
    });
    const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
    const files = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    await Promise.all([key, cert].map((text, n) => writeFile(files[n] ?? '', text, { mode: 0o600 })));
    const args = [place.where, ...files, JSON.stringify(limits)];
    const servers = await Promise.all([1, 2].map(() => startServer(args)));
    return new RaceCourse(store, dir, servers);
  }

  /** Unix seconds by the servers' clocks. */
  get now(): number {
    return Math.floor(Date.now() / 1000) + this.#steps * 30;
  }

  /** Moves the clocks of both servers by one time step. */
  async nextStep(): Promise<void> {
    this.#steps += 1;
    await Promise.all(
      this.#servers.map(({ child, lines }) => {
        child.stdin.write('step\n');
        return lines.next();
      }),
    );
  }

  /** Everything the servers complained of; must be empty. */
  get complaints(): string[] {
    return this.#servers.flatMap(({ complaints }) => complaints);
  }

  async close(): Promise<void> {
    for (const { child } of this.#servers) {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    }
    await this.store.close();
    await rm(this.#dir, { recursive: true });
  }

  /** The process that a racer talks to: every second one the other. */
  port(n: number): number {
    return this.#servers[n % this.#servers.length]?.port ?? 0;
  }

  async newAccount(): Promise<RaceAccount> {
    const username = `racer${crypto.randomUUID().slice(0, 13)}`;
    const { suite, stretch, salt, verifier } = credentialOf(username, 'open sesame');
    const secret = TotpSecret.generate();
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const account = this.services.accounts.newAccount({
      username,
      credential: { suite, identity: username, stretch, salt: text(salt), verifier: text(verifier) },
      totp: {
        secret: text(secret.bytes),
        algorithm: 'SHA1',
        digits: 6,
        period: 30,
        lastStep: 0,
        weak: false,
      },
      recovery: [],
      now: this.now,
    });
    await this.services.accounts.insert(account, { kind: 'account.registered', username });
    return { uid: account.uid, username, secret };
  }

  /** A racer of that number with the password proven. */
  async atTheFactor(username: string, n: number): Promise<Racer> {
    const racer = await Racer.connect(this.port(n));
    const answer = await racer.prove(username, 'open sesame');
    if (answer.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(answer)}`);
    return racer;
  }
}

export interface RaceAccount {
  readonly uid: string;
  readonly username: string;
  readonly secret: TotpSecret;
}

async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const program = fileURLToPath(new URL('programs/race-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LONG_LIMIT,
  });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: port, done } = await lines.next();
  if (done) throw new Error(`the server ended: ${complaints.join('')}`);
  return { child, lines, port: Number(port), complaints };
}
