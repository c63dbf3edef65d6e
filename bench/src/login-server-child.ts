/**
 * The product's server in a separate process, on LMDB: one account, limits that are never reached, the
 * weakest stretch that clients accept, and a clock that advances by one time step per connection, so that
 * each login has a fresh code. Prints its address and the account's secret. Ends with its standard input.
 */
import { once } from 'node:events';
import {
  createServices,
  DEFAULT_SERVER_PROFILE,
  limitsSchema,
  startAuthServer,
} from '@countersign/auth-server';
import { CURRENT_SUITE, computeVerifier, generateSalt, stretchPassword } from '@countersign/srp-core';
import { generateIdentity } from '@countersign/tls-channel';
import { DEFAULT_PROFILE, TotpSecret } from '@countersign/totp-core';
import { type LoginServerFacts, PASSWORD, START, STEP, USERNAME } from './login-server.ts';
import { newFolder, openLmdbStore } from './store-place.ts';

const MANY = 1_000_000;
const limits = limitsSchema.parse({
  password: { freeFailures: MANY },
  source: { failures: MANY, startsPerMinute: MANY, registrationsPerDay: MANY },
  name: { failures: MANY },
  network: { registrationsPerDay: MANY },
  registrationsPerDay: MANY,
});
const profile = {
  ...DEFAULT_SERVER_PROFILE,
  stretch: { name: 'argon2id', m: 7 * 1024, t: 5, p: 1 },
} as const;

let connections = 0;
const clock = () => (START + connections * STEP) * 1000;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

const store = await openLmdbStore(newFolder());
const { accounts } = createServices({
  store,
  clock,
  randomBytes: random,
  registration: 'closed',
  limits,
  profile,
});
const salt = generateSalt();
const { suite, stretch } = profile;
const password = await stretchPassword({ password: Buffer.from(PASSWORD), salt, stretch });
const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: USERNAME, password, salt });
const secret = TotpSecret.generate();
const account = accounts.newAccount({
  username: USERNAME,
  credential: { suite: suite.name, identity: USERNAME, stretch, salt: text(salt), verifier: text(verifier) },
  totp: { secret: text(secret.bytes), ...DEFAULT_PROFILE, lastStep: 0, weak: false },
  recovery: [],
  now: START,
});
await accounts.insert(account, { kind: 'account.registered', username: USERNAME });

const { key, cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
const server = await startAuthServer({
  store,
  key,
  cert,
  port: 0,
  registration: 'closed',
  limits,
  profile,
  clock,
  onEvent: (event) => {
    if (event.kind === 'connected') connections += 1;
    if (event.kind === 'failure') console.error(event.error);
  },
});
const facts: LoginServerFacts = { port: server.port, pin: server.pin, secret: secret.toBase32() };
console.log(JSON.stringify(facts));

process.stdin.resume();
await once(process.stdin, 'end');
await server.close();
await store.close();
