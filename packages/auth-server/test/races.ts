/**
 * Races between real clients on two real server processes over one store. Each function throws when more than one
 * of the racers of a round, or none, has won.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Backend, openStore, type Store } from '@countersign/secure-store';
import { type Channel, connectTls, generateIdentity } from '@countersign/tls-channel';
import { computeCode, generateRecoveryCodes, TotpSecret } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import { Ledger } from '../src/limits/ledger.ts';
import { DEFAULT_LIMITS, type Limits } from '../src/limits/limits.ts';
import { createServices, type Services } from '../src/session/services.ts';
import { proveInvitation } from './invited.ts';
import { credentialOf, Speaker, secretOf } from './world.ts';

const RACERS = 100;
const GUESTS = 20;
/** So many connect at the same time: more only wait for each other. */
const ABREAST = 10;

/** What would stop a hundred clients at one address before they can race. */
export const RACE_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  source: {
    ...DEFAULT_LIMITS.source,
    startsPerMinute: 1_000_000,
    registrationsPerDay: 1_000_000,
    failures: 1_000_000,
  },
  registrationsPerDay: 1_000_000,
  connectionsPerSource: 4096,
};

/** And no budget for codes either: each of a hundred is judged, and a loser can race again. */
export const TIRELESS_LIMITS: Limits = {
  ...RACE_LIMITS,
  code: { ...DEFAULT_LIMITS.code, perStep: 1_000_000, lockAfter: 1_000_000, perConnection: 1_000_000 },
};

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

interface RaceAccount {
  readonly uid: string;
  readonly username: string;
  readonly secret: TotpSecret;
}

/** `make(0)` to `make(count - 1)`, a few at the same time. */
async function abreast<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let n = 0; n < count; n += ABREAST) {
    const length = Math.min(ABREAST, count - n);
    made.push(...(await Promise.all(Array.from({ length }, (_, i) => make(n + i)))));
  }
  return made;
}

async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const program = fileURLToPath(new URL('programs/race-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: port, done } = await lines.next();
  if (done) throw new Error(`the server ended: ${complaints.join('')}`);
  return { child, lines, port: Number(port), complaints };
}

/** Sends a message from all at once, and gives the index of the one that gets the winning answer; throws if it is not one. */
async function race(
  racers: readonly Racer[],
  message: (n: number) => Message,
  winner: Message['type'],
): Promise<number> {
  const answers = await Promise.all(racers.map((racer, n) => racer.ask(message(n))));
  const won = answers.flatMap(({ type }, n) => (type === winner ? [n] : []));
  const [first] = won;
  if (first === undefined || won.length > 1)
    throw new Error(`${won.length} of ${racers.length} won: ${JSON.stringify(answers.slice(0, 5))}`);
  return first;
}

/**
 * A hundred clients of one account, all with the password proven, race for one second factor, round after round: the
 * losers stay, and a newcomer takes the winner's place.
 */
async function factorRaces(
  course: RaceCourse,
  rounds: number,
  factor: (account: RaceAccount) => Promise<Message>,
): Promise<void> {
  const account = await course.newAccount();
  const racers = await abreast(RACERS, (n) => course.atTheFactor(account.username, n));
  for (let round = 0; round < rounds; round++) {
    const message = await factor(account);
    const won = await race(racers, () => message, 'login.done');
    await racers[won]?.close();
    racers[won] = await course.atTheFactor(account.username, won);
  }
  await Promise.all(racers.map((racer) => racer.close()));
}

export function oneCode(course: RaceCourse, rounds: number): Promise<void> {
  return factorRaces(course, rounds, async ({ secret }) => {
    await course.nextStep();
    return { type: 'totp.submit', code: computeCode({ secret, time: course.now }) };
  });
}

export function oneRecoveryCode(course: RaceCourse, rounds: number): Promise<void> {
  return factorRaces(course, rounds, async ({ uid, username }) => {
    const [code = ''] = generateRecoveryCodes();
    await course.services.accounts.renewRecovery({ uid, username, generation: 1 }, [code], {
      kind: 'recovery.renewed',
      username,
    });
    return { type: 'recovery.submit', code };
  });
}

async function invited(
  course: RaceCourse,
  name: (n: number) => string,
  sameInvitation: boolean,
): Promise<void> {
  const make = () => course.services.invitations.create({ now: course.now, validFor: 600 });
  const shared = await make();
  const guests = await abreast(GUESTS, async (n) => {
    const racer = await Racer.connect(course.port(n));
    const proven = await proveInvitation(racer, (sameInvitation ? shared : await make()).code);
    if (proven.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(proven)}`);
    const username = name(n);
    const start = { type: 'register.start', username, ...credentialOf(username, 'open sesame') } as const;
    const { otpauth } = await racer.expect('register.totp', start);
    return { racer, code: computeCode({ secret: secretOf(otpauth), time: course.now }) };
  });
  const racers = guests.map(({ racer }) => racer);
  await race(racers, (n) => ({ type: 'register.confirm', code: guests[n]?.code ?? '' }), 'register.done');
  await Promise.all(racers.map((racer) => racer.close()));
}

export function oneInvitation(course: RaceCourse): Promise<void> {
  const round = crypto.randomUUID().slice(0, 8);
  return invited(course, (n) => `guest${round}${n}`, true);
}

export function oneName(course: RaceCourse): Promise<void> {
  const name = `guest${crypto.randomUUID().slice(0, 8)}`;
  return invited(course, () => name, false);
}

/** Two hundred wrong codes at once: gives how many were judged and how many the ledger has counted. */
export async function wrongCodes(course: RaceCourse): Promise<{ judged: number; counted: number }> {
  const { uid, username, secret } = await course.newAccount();
  const racers = await abreast(200, (n) => course.atTheFactor(username, n));
  const right = new Set([-1, 0, 1, 2].map((n) => computeCode({ secret, time: course.now + n * 30 })));
  const code = ['000000', '111111', '222222', '333333', '444444'].find((digits) => !right.has(digits)) ?? '';
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  const { codes } = await course.services.ledger.failuresOf(uid);
  const judged = answers.filter(
    (answer) => answer.type === 'factor.rejected' && answer.reason === 'wrong',
  ).length;
  return { judged, counted: codes };
}

/** Fifty users log in from one address at once: gives how many got in. */
export async function manyUsers(course: RaceCourse): Promise<number> {
  const users = await abreast(50, () => course.newAccount());
  const answers = await Promise.all(
    users.map(async ({ username, secret }, n) => {
      const racer = await Racer.connect(course.port(n));
      const proven = await racer.prove(username, 'open sesame');
      if (proven.type !== 'login.proven') return proven;
      const code = computeCode({ secret, time: course.now });
      const answer = await racer.ask({ type: 'totp.submit', code });
      await racer.close();
      return answer;
    }),
  );
  return answers.filter(({ type }) => type === 'login.done').length;
}

/** What happens to an account while its users are between password and code. */
const CHANGES = {
  removed: ({ services }: RaceCourse, { username }: RaceAccount) =>
    services.accounts.administer(username, () => 'removed', { kind: 'admin.removed', username }),
  disabled: ({ services }: RaceCourse, { username }: RaceAccount) =>
    services.accounts.administer(
      username,
      (account) => ({ ...account, disabled: true, generation: account.generation + 1 }),
      { kind: 'admin.disabled', username },
    ),
  locked: async ({ store }: RaceCourse, { uid }: RaceAccount) => {
    const guesser = new Ledger({ store, limits: TIRELESS_LIMITS, clock: Date.now });
    for (let n = 0; n < RACE_LIMITS.code.lockAfter; n++)
      await guesser.judgeFactor(uid, 'totp', () => ({ right: false }));
  },
};

/** Twenty users of an account show the right code after it was changed: gives how many got in. */
export async function changedInTheMiddle(course: RaceCourse, change: keyof typeof CHANGES): Promise<number> {
  const account = await course.newAccount();
  const racers = await abreast(20, (n) => course.atTheFactor(account.username, n));
  await CHANGES[change](course, account);
  const code = computeCode({ secret: account.secret, time: course.now });
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  return answers.filter(({ type }) => type === 'login.done').length;
}
