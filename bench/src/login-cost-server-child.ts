/**
 * The product's server with its processor time measured: `node login-cost-server-child.js PLACE ACCOUNTS`,
 * where PLACE is `lmdb` or the URL of an empty PostgreSQL schema. All accounts have the same salt, verifier
 * and secret. Its clock moves only on the command `tick`, so that each account has a fresh code once per
 * round.
 */
import { createServices, limitsSchema, startAuthServer } from '@countersign/auth-server';
import { accountSchema } from '@countersign/auth-server/accounts';
import { openStore, type Write } from '@countersign/secure-store';
import { postgresBackend } from '@countersign/secure-store/postgres';
import { CURRENT_SUITE, computeVerifier, generateSalt } from '@countersign/srp-core';
import { generateIdentity } from '@countersign/tls-channel';
import { DEFAULT_PROFILE, TotpSecret } from '@countersign/totp-core';
import { IDENTITY, type ServerFacts, STRETCHED, usernameOf } from './login-cost-client.ts';
import { answerMeter } from './login-cost-meter.ts';
import { START, STEP } from './login-server.ts';
import { newFolder, openLmdbStore } from './store-place.ts';

const [, , place = 'lmdb', accountCount = '1'] = process.argv;
const MANY = 1_000_000_000;
const ACCOUNTS_A_COMMIT = 500;
const limits = limitsSchema.parse({
  password: { freeFailures: MANY },
  source: { failures: MANY, startsPerMinute: MANY },
  name: { failures: MANY },
  connections: 4096,
  connectionsPerSource: 4096,
});

let now = START;
const clock = () => now * 1000;
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

const store =
  place === 'lmdb'
    ? await openLmdbStore(newFolder())
    : await openStore({
        backend: postgresBackend({ url: place }),
        passphrase: 'a passphrase for benchmarks',
        create: 'if-empty',
        kdf: { m: 8, t: 1, p: 1 },
      });
const { accounts } = createServices({ store, clock, randomBytes, registration: 'closed', limits });
const entries = store.collection('accounts', accountSchema);
const salt = generateSalt();
const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: IDENTITY, password: STRETCHED, salt });
const secret = TotpSecret.generate();
for (let n = 0; n < Number(accountCount); n += ACCOUNTS_A_COMMIT) {
  const writes: Write[] = [];
  for (let at = n; at < Math.min(Number(accountCount), n + ACCOUNTS_A_COMMIT); at++) {
    const username = usernameOf(at);
    const account = accounts.newAccount({
      username,
      credential: {
        suite: CURRENT_SUITE.name,
        identity: IDENTITY,
        stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
        salt: text(salt),
        verifier: text(verifier),
      },
      totp: { secret: text(secret.bytes), ...DEFAULT_PROFILE, lastStep: 0, weak: false },
      recovery: [],
      now: START,
    });
    writes.push(entries.inserting(username, account));
  }
  await store.commit(writes, { durable: false });
}

const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
const server = await startAuthServer({
  store,
  key,
  cert,
  port: 0,
  registration: 'closed',
  limits,
  clock,
  onEvent: (event) => {
    if (event.kind === 'failure') console.error(event.error);
  },
});
const facts: ServerFacts = { port: server.port, pin: server.pin, secret: secret.toBase32() };
answerMeter(facts, {
  tick: () => {
    now += STEP;
  },
  close: async () => {
    await server.close();
    await store.close();
  },
});
