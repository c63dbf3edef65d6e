/**
 * Races between real clients on two real server processes over one store. Each function runs one round and throws
 * when more than one of the racers, or none, has won.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Backend, openStore, type Store } from '@countersign/secure-store';
import { type Channel, connectTls, generateIdentity } from '@countersign/tls-channel';
import { computeCode, generateRecoveryCodes, TotpSecret } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import { createServices, type Services } from '../src/session/services.ts';
import { proveInvitation } from './invited.ts';
import { credentialOf, Speaker, secretOf } from './world.ts';

const RACERS = 100;

class Racer extends Speaker {
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
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly port: number;
  readonly complaints: string[];
}

/** Two servers on one store, and a third opening of it to make accounts with. */
export class RaceCourse {
  readonly store: Store;
  readonly services: Services;
  readonly #dir: string;
  readonly #servers: readonly ServerProcess[];

  private constructor(store: Store, dir: string, servers: readonly ServerProcess[]) {
    this.store = store;
    this.#dir = dir;
    this.#servers = servers;
    this.services = createServices({
      store,
      clock: Date.now,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      registration: 'invite',
    });
  }

  static async open(place: Place): Promise<RaceCourse> {
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
    const servers = await Promise.all([1, 2].map(() => startServer([place.where, ...files])));
    return new RaceCourse(store, dir, servers);
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

  async newAccount(): Promise<{ username: string; secret: TotpSecret; recoveryCode: string }> {
    const username = `racer${crypto.randomUUID().slice(0, 13)}`;
    const { suite, stretch, salt, verifier } = credentialOf(username, 'open sesame');
    const secret = TotpSecret.generate();
    const codes = generateRecoveryCodes();
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
      recovery: codes,
      now: Math.floor(Date.now() / 1000),
    });
    await this.services.accounts.insert(account, { kind: 'account.registered', username });
    return { username, secret, recoveryCode: codes[0] ?? '' };
  }

  /** Racers with the password proven, every second one at the other process. */
  async atTheFactor(username: string, count: number): Promise<Racer[]> {
    const racers: Racer[] = [];
    for (let n = 0; n < count; n += 2) {
      const pair = await Promise.all([n, n + 1].map((lane) => Racer.connect(this.port(lane))));
      for (const racer of pair) {
        const answer = await racer.prove(username, 'open sesame');
        if (answer.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(answer)}`);
        racers.push(racer);
      }
    }
    return racers;
  }
}

async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const program = fileURLToPath(new URL('programs/race-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', () => reject(new Error(`the server ended: ${complaints.join('')}`)));
  });
  return { child, port, complaints };
}

/** Sends the same message from all at once, and fails unless exactly one gets the winning answer. */
async function race(
  racers: readonly Racer[],
  message: (n: number) => Message,
  winner: Message['type'],
): Promise<void> {
  const answers = await Promise.all(racers.map((racer, n) => racer.ask(message(n))));
  await Promise.all(racers.map((racer) => racer.close()));
  const won = answers.filter(({ type }) => type === winner).length;
  if (won !== 1) throw new Error(`${won} of ${racers.length} won: ${JSON.stringify(answers.slice(0, 5))}`);
}

export async function oneCode(course: RaceCourse): Promise<void> {
  const { username, secret } = await course.newAccount();
  const racers = await course.atTheFactor(username, RACERS);
  const code = computeCode({ secret, time: Date.now() / 1000 });
  await race(racers, () => ({ type: 'totp.submit', code }), 'login.done');
}

export async function oneRecoveryCode(course: RaceCourse): Promise<void> {
  const { username, recoveryCode } = await course.newAccount();
  const racers = await course.atTheFactor(username, RACERS);
  await race(racers, () => ({ type: 'recovery.submit', code: recoveryCode }), 'login.done');
}

async function invited(
  course: RaceCourse,
  count: number,
  name: (n: number) => string,
  sameInvitation: boolean,
) {
  const racers: Racer[] = [];
  const codes: string[] = [];
  const make = () =>
    course.services.invitations.create({ now: Math.floor(Date.now() / 1000), validFor: 600 });
  let invitation = await make();
  for (let n = 0; n < count; n++) {
    if (!sameInvitation) invitation = await make();
    const racer = await Racer.connect(course.port(n));
    const proven = await proveInvitation(racer, invitation.code);
    if (proven.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(proven)}`);
    const username = name(n);
    const start = { type: 'register.start', username, ...credentialOf(username, 'open sesame') } as const;
    const { otpauth } = await racer.expect('register.totp', start);
    codes.push(computeCode({ secret: secretOf(otpauth), time: Date.now() / 1000 }));
    racers.push(racer);
  }
  await race(racers, (n) => ({ type: 'register.confirm', code: codes[n] ?? '' }), 'register.done');
}

export function oneInvitation(course: RaceCourse): Promise<void> {
  const round = crypto.randomUUID().slice(0, 8);
  return invited(course, 20, (n) => `guest${round}${n}`, true);
}

export function oneName(course: RaceCourse): Promise<void> {
  const name = `guest${crypto.randomUUID().slice(0, 8)}`;
  return invited(course, 20, () => name, false);
}

/** Two hundred wrong codes at once: gives how many were judged and how many the ledger has counted. */
export async function wrongCodes(course: RaceCourse): Promise<{ judged: number; counted: number }> {
  const { username, secret } = await course.newAccount();
  const racers = await course.atTheFactor(username, 200);
  const right = new Set([-1, 0, 1, 2].map((n) => computeCode({ secret, time: Date.now() / 1000 + n * 30 })));
  const code = ['000000', '111111', '222222', '333333', '444444'].find((digits) => !right.has(digits)) ?? '';
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  const account = await course.services.accounts.find(username);
  const { codes } = await course.services.ledger.failuresOf(account?.uid ?? '');
  const judged = answers.filter(
    (answer) => answer.type === 'factor.rejected' && answer.reason === 'wrong',
  ).length;
  return { judged, counted: codes };
}

/** Fifty users log in from one address at once: gives how many got in. */
export async function manyUsers(course: RaceCourse): Promise<number> {
  const users = [];
  for (let n = 0; n < 50; n++) users.push(await course.newAccount());
  const answers = await Promise.all(
    users.map(async ({ username, secret }, n) => {
      const racer = await Racer.connect(course.port(n));
      const proven = await racer.prove(username, 'open sesame');
      if (proven.type !== 'login.proven') return proven;
      const code = computeCode({ secret, time: Date.now() / 1000 });
      const answer = await racer.ask({ type: 'totp.submit', code });
      await racer.close();
      return answer;
    }),
  );
  return answers.filter(({ type }) => type === 'login.done').length;
}

/** An account changed by an administrator while its users are between password and code: nobody gets in. */
export async function changedInTheMiddle(
  course: RaceCourse,
  change: 'removed' | 'disabled',
): Promise<number> {
  const { username, secret } = await course.newAccount();
  const racers = await course.atTheFactor(username, 20);
  await course.services.accounts.administer(
    username,
    (account) =>
      change === 'removed' ? 'removed' : { ...account, disabled: true, generation: account.generation + 1 },
    { kind: change === 'removed' ? 'admin.removed' : 'admin.disabled', username },
  );
  const code = computeCode({ secret, time: Date.now() / 1000 });
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  return answers.filter(({ type }) => type === 'login.done').length;
}
