/**
 * A real server in this process: TLS on a free port, a store in memory, and a clock that a test moves. What it keeps
 * is reached as an administrator's commands reach it.
 */
import { randomBytes } from 'node:crypto';
import {
  type AuthServer,
  createServices,
  DEFAULT_SERVER_PROFILE,
  limitsSchema,
  type Profile,
  type RegistrationPolicy,
  type Services,
  startAuthServer,
} from '@countersign/auth-server';
import { type Account, Administration } from '@countersign/auth-server/accounts';
import { SshAdministration } from '@countersign/auth-server/credentials';
import { type Backend, memoryBackend, openStore, type Store } from '@countersign/secure-store';
import { computeVerifier, generateSalt, LEGACY_SUITE, rawPassword } from '@countersign/srp-core';
import { generateIdentity, type Identity } from '@countersign/tls-channel';
import { computeCode, DEFAULT_PROFILE, generateRecoveryCodes, TotpSecret } from '@countersign/totp-core';
import { formatInvitation, type Invitation } from '@countersign/wire-protocol';
import { TokenAdministration } from '../../../packages/auth-server/src/credentials/tokens/administration.ts';

/** Shorter than today's rules want, so that a login with it neither stretches nor upgrades anything. */
export const OLD_PASSWORD = 'sesame';

/** The cheapest that a client accepts from a server. */
export const STRETCH = { name: 'argon2id', m: 7168, t: 5, p: 1 } as const;
/** For tests in this process; the installed programs register with the default. */
export const CHEAP_PROFILE: Profile = { ...DEFAULT_SERVER_PROFILE, stretch: STRETCH };

/** All tests come from one address, and none has the time for a hundred wrong codes. */
const LIMITS = {
  code: { lockAfter: 6 },
  source: { startsPerMinute: 10_000, failures: 10_000, registrationsPerDay: 10_000 },
  network: { registrationsPerDay: 10_000 },
};

/** The issuer of tokens. */
export const ISSUER = 'https://login.example.org';

/** What opens the store of a test server. */
export const UNLOCK = { passphrase: 'of the tests', kdf: { m: 64, t: 1, p: 1 } } as const;

/** An account of the old system, whose password is not stretched: its logins are quick. */
export interface OldAccount {
  readonly username: string;
  readonly secret: TotpSecret;
  readonly recoveryCodes: readonly string[];
}

/** What is special about an account. */
export interface AccountChanges
  extends Partial<Pick<Account, 'disabled' | 'totpReset' | 'recovery' | 'roles'>> {
  readonly weak?: boolean;
  readonly password?: string;
  /** What the account claims: the verifier is that of the password as it is. */
  readonly stretch?: Account['credential']['stretch'];
}

export interface TestServer {
  /** HOST:PORT */
  readonly address: string;
  readonly pin: string;
  readonly cert: string;
  readonly services: Services;
  readonly store: Store;
  /** The administrator's side of SSH certificates. */
  readonly ssh: SshAdministration;
  /** The administrator's side of tokens. */
  readonly tokens: TokenAdministration;
  /** Unix seconds on the server. */
  now(): number;
  /** Moves the server's clock, for the next time step. */
  advance(seconds: number): void;
  /** What an authenticator app shows now, or `later` seconds from now; the secret may be base32. */
  codeOf(secret: TotpSecret | string, later?: number): string;
  /** The text of an invitation, for any name and this server unless `changes` say otherwise. */
  invite(changes?: Partial<Invitation>): Promise<string>;
  addAccount(username: string, changes?: AccountChanges): Promise<OldAccount>;
  readonly administration: Administration;
  /** Resets the password of an account, and returns the code as its user gets it. */
  resetPassword(username: string): Promise<string>;
  close(): Promise<void>;
}

export async function startTestServer({
  registration = 'open',
  identity,
  port = 0,
  profile = CHEAP_PROFILE,
  backend = memoryBackend(),
  mayFail = false,
  codeDelay = 60,
  loginsAge = 0,
}: {
  registration?: RegistrationPolicy;
  identity?: Identity;
  port?: number;
  profile?: Profile | undefined;
  backend?: Backend;
  /** Whether the store may be out of reach for a while. */
  mayFail?: boolean;
  /** Seconds of the first wait after wrong codes. */
  codeDelay?: number;
  /** Seconds that pass right after each login. */
  loginsAge?: number;
} = {}): Promise<TestServer> {
  const limits = limitsSchema.parse({ ...LIMITS, code: { ...LIMITS.code, firstDelay: codeDelay } });
  const store = await openStore({ ...UNLOCK, backend, create: 'if-empty' });
  const { key, cert } = identity ?? (await generateIdentity({ hosts: ['127.0.0.1'] }));
  let ahead = 0;
  const clock = () => Date.now() + 1000 * ahead;
  const now = () => Math.floor(clock() / 1000);
  const failures: unknown[] = [];
  let passed = 0;
  const server: AuthServer = await startAuthServer({
    store,
    key,
    cert,
    port,
    registration,
    profile,
    limits,
    issuerUrl: ISSUER,
    clock,
    timers: {
      now: () => performance.now() + 1000 * passed,
      after(milliseconds, ring) {
        const timer = setTimeout(ring, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    onEvent: (event) => {
      // When the login has noted its time.
      if (event.kind === 'login.succeeded') queueMicrotask(() => (passed += loginsAge));
      if (event.kind === 'failure') failures.push(event.error);
    },
  });
  const services = createServices({
    store,
    registration,
    profile,
    limits,
    issuerUrl: ISSUER,
    clock,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  });

  const { randomBytes: draw } = services;
  const administration = new Administration({ store, limits, clock, randomBytes: draw });

  return {
    address: `127.0.0.1:${server.port}`,
    pin: server.pin,
    cert,
    services,
    store,
    ssh: new SshAdministration({ store, journal: services.journal, clock }),
    tokens: new TokenAdministration({ store, journal: services.journal, clock }),
    now,
    advance(seconds) {
      ahead += seconds;
    },
    codeOf(secret, later = 0) {
      const shared = typeof secret === 'string' ? TotpSecret.fromBase32(secret) : secret;
      return computeCode({ secret: shared, time: now() + later });
    },
    administration,
    async resetPassword(username) {
      const { code } = await administration.resetPassword(await administration.find(username));
      return formatInvitation({ host: '127.0.0.1', port: server.port, pin: server.pin, code, username });
    },
    async invite({ username, ...changes } = {}) {
      const named = username === undefined ? {} : { username };
      const { code } = await services.invitations.create({ now: now(), validFor: 3600, ...named });
      const { port: listening, pin } = server;
      return formatInvitation({ host: '127.0.0.1', port: listening, pin, code, ...named, ...changes });
    },
    addAccount: (username, changes) => addOldAccount(services, username, changes),
    async close() {
      await server.close();
      await store.close();
      if (failures.length > 0 && !mayFail) throw new AggregateError(failures, 'the server failed inside');
    },
  };
}

/** Adds an account to the store of a server. */
export async function addOldAccount(
  { accounts, clock }: Services,
  username: string,
  { weak = false, password: typed = OLD_PASSWORD, stretch, ...changes }: AccountChanges = {},
): Promise<OldAccount> {
  const salt = generateSalt();
  const password = rawPassword(typed);
  const verifier = computeVerifier({ suite: LEGACY_SUITE, identity: username, password, salt });
  const secret = TotpSecret.generate();
  const recoveryCodes = generateRecoveryCodes();
  const account = accounts.newAccount({
    username,
    credential: {
      suite: LEGACY_SUITE.name,
      identity: username,
      stretch: stretch ?? { name: 'none' },
      salt: text(salt),
      verifier: text(verifier),
    },
    totp: { secret: text(secret.bytes), ...DEFAULT_PROFILE, lastStep: 0, weak },
    recovery: recoveryCodes,
    now: Math.floor(clock() / 1000),
  });
  await accounts.insert({ ...account, ...changes }, { kind: 'account.imported', username });
  return { username, secret, recoveryCodes };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
