/**
 * The product's server with its processor time measured: `node server-child.js PLACE ACCOUNTS TICKS LIMITS`,
 * where PLACE is an LMDB directory or the URL of a PostgreSQL schema. If the place is empty, it is filled
 * with accounts, which all have the same salt, verifier and secret. The server's clock starts at TICKS time
 * steps and moves only on the command `tick`, so that each account has a fresh code once per round. LIMITS is
 * JSON. Without it they are never reached, and deadlines are ten times as long, so that other work on the
 * machine does not end a login. With it, the clients have priority on the processor: they must not be the
 * bottleneck.
 */
import { getPriority, setPriority } from 'node:os';
import { createServices, limitsSchema, startAuthServer } from '@countersign/auth-server';
import { accountSchema } from '@countersign/auth-server/accounts';
import { makeRoomForYoungObjects } from '@countersign/auth-server/fleet';
import { type Backend, openStore, type Store, type Write } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { postgresBackend } from '@countersign/secure-store/postgres';
import { CURRENT_SUITE, computeVerifier } from '@countersign/srp-core';
import { generateIdentity, type Timers } from '@countersign/tls-channel';
import { DEFAULT_PROFILE } from '@countersign/totp-core';
import { START, STEP } from '../login-server.ts';
import { IDENTITY, SECRET, type ServerFacts, STRETCHED, usernameOf } from './client.ts';
import { answerMeter, type Calls, type Resources, resources } from './meter.ts';

const [, , place = '', accountCount = '1', ticks = '0', ownLimits] = process.argv;
const MANY = 1_000_000_000;
const LOWER = 5;
const ACCOUNTS_A_COMMIT = 5000;
const SALT = new Uint8Array(16).fill(3);
const NEVER_REACHED = {
  password: { freeFailures: MANY },
  source: { failures: MANY, startsPerMinute: MANY },
  name: { failures: MANY },
  connections: 4096,
  connectionsPerSource: 4096,
};
if (ownLimits !== undefined) setPriority(Math.min(getPriority() + LOWER, 19));
const limits = limitsSchema.parse(ownLimits === undefined ? NEVER_REACHED : JSON.parse(ownLimits));

let now = START + Number(ticks) * STEP;
const clock = () => now * 1000;
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

const calls = { reads: 0, durable: 0, lazy: 0 };

/** Counts the calls of a back end. */
function counted(backend: Backend): Backend {
  return new Proxy(backend, {
    get(target, name) {
      if (name === 'read') calls.reads += 1;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'commit') calls[(args[0] as { durable: boolean }).durable ? 'durable' : 'lazy'] += 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
}

async function fill(store: Store, count: number): Promise<void> {
  const { accounts } = createServices({ store, clock, randomBytes, registration: 'closed', limits });
  const entries = store.collection('accounts', accountSchema);
  const verifier = computeVerifier({
    suite: CURRENT_SUITE,
    identity: IDENTITY,
    password: STRETCHED,
    salt: SALT,
  });
  for (let n = 0; n < count; n += ACCOUNTS_A_COMMIT) {
    const writes: Write[] = [];
    for (let at = n; at < Math.min(count, n + ACCOUNTS_A_COMMIT); at++) {
      const username = usernameOf(at);
      const account = accounts.newAccount({
        username,
        credential: {
          suite: CURRENT_SUITE.name,
          identity: IDENTITY,
          stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
          salt: text(SALT),
          verifier: text(verifier),
        },
        totp: { secret: text(SECRET.bytes), ...DEFAULT_PROFILE, lastStep: 0, weak: false },
        recovery: [],
        now: START,
      });
      writes.push(entries.inserting(username, account));
    }
    await store.commit(writes, { durable: false });
  }
}

makeRoomForYoungObjects();
const backend = place.includes('://') ? postgresBackend({ url: place }) : lmdbBackend({ dir: place });
const store = await openStore({
  backend: counted(backend),
  passphrase: 'a passphrase for benchmarks',
  create: 'if-empty',
  kdf: { m: 8, t: 1, p: 1 },
});
const last = await store.collection('accounts', accountSchema).get(usernameOf(Number(accountCount) - 1));
if (last === undefined) await fill(store, Number(accountCount));

const patient: Timers = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, 10 * milliseconds);
    return () => clearTimeout(timer);
  },
};

let failures = 0;
const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
const server = await startAuthServer({
  store,
  key,
  cert,
  port: 0,
  registration: 'closed',
  limits,
  clock,
  ...(ownLimits === undefined ? { timers: patient } : {}),
  onEvent: (event) => {
    if (event.kind !== 'failure') return;
    failures += 1;
    console.error(event.error);
  },
});
const facts: ServerFacts = { port: server.port, pin: server.pin };
answerMeter(facts, {
  tick: () => {
    now += STEP;
  },
  calls: (): Calls => ({ ...calls }),
  resources: (): Resources => ({ ...resources(), failures }),
  close: async () => {
    await server.close();
    await store.close();
  },
});
