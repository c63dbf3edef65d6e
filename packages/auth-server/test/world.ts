/**
 * A server without sockets, and clients that speak to it message by message: sessions over a memory store, a clock
 * that stands still until it is moved, and a cheap stretch (nothing here stretches at all: P′ is what is typed).
 */
import { memoryBackend, openStore, type Store } from '@countersign/secure-store';
import {
  type ClientProof,
  CURRENT_SUITE,
  checkServer,
  computeVerifier,
  findSuite,
  generateSalt,
  proveClient,
  startClient,
} from '@countersign/srp-core';
import { computeCode, parseOtpauth, type TotpSecret } from '@countersign/totp-core';
import { Connection, type Message } from '@countersign/wire-protocol';
import type { Account } from '../src/accounts/account.ts';
import { DEFAULT_LIMITS, type Limits } from '../src/limits/limits.ts';
import type { OnLogin } from '../src/session/on-login.ts';
import {
  type CompletedLogin,
  createServices,
  DEFAULT_SERVER_PROFILE,
  type Profile,
  type RegistrationPolicy,
  type Services,
} from '../src/session/services.ts';
import { Session } from '../src/session/session.ts';

export const STRETCH = { name: 'argon2id', m: 8, t: 1, p: 1 } as const;
export const START = 1_800_000_000;
const BINDING = new Uint8Array(32).fill(7);

export interface World {
  readonly store: Store;
  readonly services: Services;
  /** Unix seconds. */
  now: number;
  /** Seconds of the monotonic clock: it moves only when a test moves it. */
  uptime: number;
  readonly failures: unknown[];
  /** The logins that were completed. */
  readonly logins: CompletedLogin[];
  connect(options?: { source?: string; binding?: Uint8Array }): Peer;
}

export async function makeWorld(
  options: {
    registration?: RegistrationPolicy;
    limits?: Limits;
    store?: Store;
    profile?: Profile;
    issuerUrl?: string | undefined;
    onLogin?: OnLogin;
  } = {},
): Promise<World> {
  const store = options.store ?? (await openTestStore());
  const failures: unknown[] = [];
  const logins: CompletedLogin[] = [];
  const world = { now: START, uptime: 0 };
  const services = createServices({
    store,
    clock: () => world.now * 1000,
    uptime: () => world.uptime * 1000,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registration: options.registration ?? 'open',
    limits: options.limits ?? DEFAULT_LIMITS,
    profile: options.profile ?? { ...DEFAULT_SERVER_PROFILE, stretch: STRETCH },
    issuerUrl: options.issuerUrl,
    decideLogin: options.onLogin,
    onLogin: (login) => logins.push(login),
  });
  return Object.assign(world, {
    store,
    services,
    failures,
    logins,
    connect({
      source = '192.0.2.1',
      binding = BINDING,
    }: {
      source?: string;
      binding?: Uint8Array;
    } = {}): Peer {
      return new Peer(new Session(services, { source, binding }, (error) => failures.push(error)), binding);
    },
  });
}

export function openTestStore(): Promise<Store> {
  return openStore({
    backend: memoryBackend(),
    passphrase: 'a passphrase for tests',
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
}

export async function accountOf({ services }: World, username: string): Promise<Account> {
  const account = await services.accounts.find(username);
  if (!account) throw new Error(`there is no account ${username}`);
  return account;
}

type Of<T extends Message['type']> = Extract<Message, { type: T }>;

/** A client that asks and is answered, over whatever lies between. */
export abstract class Speaker {
  abstract readonly binding: Uint8Array;
  abstract ask(message: Message): Promise<Message>;

  /** Asks, and fails unless the answer is of that type. */
  async expect<T extends Message['type']>(type: T, message: Message): Promise<Of<T>> {
    const answer = await this.ask(message);
    if (!isOf(answer, type)) throw new Error(`expected ${type}, got ${JSON.stringify(answer)}`);
    return answer;
  }

  async startLogin(
    username: string,
    password: string,
    device?: Uint8Array,
  ): Promise<{ answer: Message; prove(): Promise<Message> }> {
    const opening = { type: 'login.start', username, ...(device ? { device } : {}) } as const;
    let suite = CURRENT_SUITE;
    let start = startClient({ group: suite.group });
    let answer = await this.ask({ ...opening, suite: suite.name, A: start.A });
    if (answer.type === 'login.restart') {
      suite = findSuite(answer.suite) ?? suite;
      start = startClient({ group: suite.group });
      answer = await this.ask({ ...opening, suite: suite.name, A: start.A });
    }
    const challenge = answer;
    return {
      answer,
      prove: async () => {
        if (challenge.type !== 'login.challenge') return challenge;
        const { identity, stretch, salt, B } = challenge;
        const context = {
          username,
          suite,
          identity,
          salt,
          stretch,
          binding: this.binding,
        };
        const proof: ClientProof = proveClient(start, {
          context,
          password: new TextEncoder().encode(password),
          B,
        });
        const proven = await this.ask({ type: 'login.proof', M1: proof.M1, binding: this.binding });
        if (proven.type === 'login.proven') checkServer(proof, proven.M2);
        return proven;
      },
    };
  }

  /** Up to the second factor: `login.proven`, or whatever the server said instead. */
  async prove(username: string, password: string, device?: Uint8Array): Promise<Message> {
    return (await this.startLogin(username, password, device)).prove();
  }
}

/** One client's end of one connection. Both ends run on the table of states, so an illegal answer fails the test. */
export class Peer extends Speaker {
  readonly session: Session;
  readonly binding: Uint8Array;
  readonly #near = new Connection({ role: 'client' });
  readonly #far = new Connection({ role: 'server' });

  constructor(session: Session, binding: Uint8Array) {
    super();
    this.session = session;
    this.binding = binding;
  }

  async ask(message: Message): Promise<Message> {
    const [received] = this.#far.receive(this.#near.send(message));
    if (!received) throw new Error('the message did not arrive');
    const [answer, ...more] = await this.session.handle(received);
    if (!answer || more.length > 0) throw new Error('one answer was expected');
    const [arrived] = this.#near.receive(this.#far.send(answer));
    if (!arrived) throw new Error('the answer did not arrive');
    if (!this.session.isOver && this.session.state !== this.#far.state)
      throw new Error(`the session is at ${this.session.state}, the wire at ${this.#far.state}`);
    return arrived;
  }
}

function isOf<T extends Message['type']>(message: Message, type: T): message is Of<T> {
  return message.type === type;
}

export interface User {
  readonly username: string;
  readonly password: string;
  readonly secret: TotpSecret;
  readonly recoveryCodes: readonly string[];
}

export function credentialOf(username: string, password: string) {
  const salt = generateSalt();
  const verifier = computeVerifier({
    suite: CURRENT_SUITE,
    identity: username,
    password: new TextEncoder().encode(password),
    salt,
  });
  return { suite: CURRENT_SUITE.name, stretch: STRETCH, salt, verifier };
}

/** Registers and moves the clock past the step that was used. */
export async function register(world: World, username: string, password = 'open sesame'): Promise<User> {
  const peer = world.connect({ source: '198.51.100.9' });
  const start = { type: 'register.start', username, ...credentialOf(username, password) } as const;
  const { otpauth } = await peer.expect('register.totp', start);
  const secret = secretOf(otpauth);
  const code = codeAt(world, secret);
  const { recoveryCodes } = await peer.expect('register.done', { type: 'register.confirm', code });
  world.now += 60;
  return { username, password, secret, recoveryCodes };
}

export function secretOf(otpauth: string): TotpSecret {
  const reading = parseOtpauth(otpauth);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.otpauth.secret;
}

export function codeAt(world: { now: number }, secret: TotpSecret, steps = 0): string {
  return computeCode({ secret, time: world.now + steps * 30 });
}

/** A code that is right for no step near now. */
export function wrongCode(world: { now: number }, secret: TotpSecret): string {
  const right = new Set([-2, -1, 0, 1, 2].map((steps) => codeAt(world, secret, steps)));
  for (let n = 0; ; n++) {
    const code = String(n).padStart(6, '0');
    if (!right.has(code)) return code;
  }
}

/** Moves the clock to the next step and returns its code, as the factor of a command. */
export function nextFactor(world: { now: number }, user: User): { kind: 'totp'; code: string } {
  world.now += 30;
  return { kind: 'totp', code: codeAt(world, user.secret) };
}

/** A whole login with a fresh step. */
export async function login(
  world: World,
  user: User,
  source = '192.0.2.1',
  device?: Uint8Array,
): Promise<{ peer: Peer; done: Of<'login.done'> }> {
  world.now += 30;
  const peer = world.connect({ source });
  const proven = await peer.prove(user.username, user.password, device);
  if (proven.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(proven)}`);
  const done = await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
  return { peer, done };
}
