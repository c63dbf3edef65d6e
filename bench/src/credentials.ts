/**
 * What an SSH certificate and a token cost the server beyond their commit, compared with the bare signature; what it costs
 * to verify a token; and the revocation list with many unexpired certificates.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { accountSchema, openRegistry } from '@countersign/auth-server/accounts';
import {
  type IssuedRecord,
  SshAdministration,
  SshCertificates,
  TokenAdministration,
  Tokens,
  TokenVerifier,
} from '@countersign/auth-server/credentials';
import { memoryBackend, openStore, type Store, type Write } from '@countersign/secure-store';
import { ed25519PublicKey } from '@countersign/ssh-core';
import { DEFAULT_PROFILE } from '@countersign/totp-core';
import {
  measure,
  processorClock,
  processorTime,
  QUICK,
  type Sample,
  summary,
  type Times,
} from './measure.ts';
import { type Report, timeRow } from './report.ts';
import { newFolder, openLmdbStore, UNJUDGED } from './store-place.ts';

const ACCOUNTS = 1000;
const CERTIFICATES = QUICK ? [100, 1000] : [10_000, 100_000];
const LISTS = QUICK ? 1 : 3;
/** Issued, signed or verified by each sample. */
const BATCH = 20;
/** Valid tokens to verify. */
const TOKENS = 100;
const WRITES_A_COMMIT = 5000;
const ROLE = 'web';
const AUDIENCE = 'https://service.example';
const ISSUER_URL = 'https://id.example';
const SOURCE = '192.0.2.1';
const MICROS = 1000;

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
let now = 1_800_000_000;
const clock = () => now * 1000;

export async function run(): Promise<Report> {
  const times = await measureIssuing();
  const verified = await measureVerifying();
  const lists = await measureLists();
  const [few = 0] = lists.map(([, milliseconds]) => milliseconds);
  return {
    title: 'SSH certificates, tokens, and the revocation list',
    method:
      'Processor time, 1,000 accounts. Issuing is measured on a store in memory, whose threads do not count, and without its one commit: reading and checking, encoding, the signature and validating the writes. Tokens are verified, as `/verify` does, and the list is computed on LMDB.',
    columns: ['', 'median µs', '10 %', '90 %'],
    rows: [
      timeRow('bare Ed25519 signature', times.ed25519, MICROS),
      timeRow('SSH certificate (Ed25519)', times.certificate, MICROS),
      timeRow('bare P-256 signature', times.p256, MICROS),
      timeRow('token (P-256)', times.token, MICROS),
      timeRow('verifying a token', verified, MICROS),
    ],
    ratios: [
      {
        what: 'SSH certificate, beyond its commit',
        ratio: times.certificate.median,
        unit: 'ms',
        atMost: 0.3,
      },
      { what: 'token, beyond its commit', ratio: times.token.median, unit: 'ms', atMost: 0.3 },
      { what: 'verifying a token', ratio: verified.median, unit: 'ms', atMost: 1 },
      { what: 'revocation list', ratio: few / 1000, unit: 's', atMost: 1 },
    ],
    tables: [
      {
        title: 'The revocation list by the number of unexpired certificates, of which a tenth is revoked.',
        columns: ['unexpired certificates', 'ms'],
        rows: lists,
      },
    ],
  };
}

/** A store with accounts that can be issued everything. */
async function prepare(store: Store) {
  const { journal, accounts } = openRegistry({ store, clock, randomBytes });
  const entries = store.collection('accounts', accountSchema);
  const own = Array.from({ length: ACCOUNTS }, (_, n) =>
    accounts.newAccount({
      username: `user${n}`,
      credential: {
        suite: '3072-sha256',
        identity: 'alice',
        stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
        salt: 'c2l4dGVlbiBieXRlcyE',
        verifier: 'A'.repeat(512),
      },
      totp: { secret: 'A'.repeat(27), ...DEFAULT_PROFILE, lastStep: 0, weak: false },
      recovery: [],
      roles: [ROLE],
      now,
    }),
  );
  await store.commit(own.map((account) => entries.inserting(account.username, account)));
  const administration = new SshAdministration({ store, journal, clock });
  await administration.listRole({ role: ROLE, agentForwarding: false });
  const services = new TokenAdministration({ store, journal, clock });
  await services.addService({ name: 'service', audience: AUDIENCE, roles: [], minutes: 10 });
  const [authority] = await administration.authorities();
  return { journal, accounts, own, authority: authority?.publicKey ?? '' };
}

async function measureIssuing(): Promise<Record<'ed25519' | 'certificate' | 'p256' | 'token', Times>> {
  const kdf = { m: 8, t: 1, p: 1 };
  const passphrase = 'a passphrase for benchmarks';
  const store = await openStore({ backend: memoryBackend(), passphrase, create: 'if-empty', kdf });
  const { journal, accounts, own } = await prepare(store);
  let committing = 0;
  const timed = new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const started = processorClock();
        const result: unknown = await Reflect.apply(value, target, args);
        committing += processorClock() - started;
        return result;
      };
    },
  });
  const options = { store, clock, randomBytes, issuerUrl: ISSUER_URL };
  const ssh = new SshCertificates({ accounts, journal: timed }, options);
  const tokens = new Tokens({ accounts, journal: timed }, options);
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const publicKey = ed25519PublicKey(new Uint8Array(Buffer.from(x, 'base64url')));

  let turn = 0;
  /** Without the commits. */
  const issuing =
    (issue: (standing: (typeof own)[number]) => Promise<unknown>): Sample =>
    async () => {
      committing = 0;
      const all = await processorTime(async () => {
        for (let n = 0; n < BATCH; n++) {
          // An account is issued something every thousand seconds, far from its limits.
          now += 1;
          turn += 1;
          const standing = own[turn % ACCOUNTS];
          if (standing) await issue(standing);
        }
      });
      return (all - committing) / BATCH;
    };
  const times = await measure({
    ed25519: signing(generateKeyPairSync('ed25519').privateKey, null),
    certificate: issuing((standing) => ssh.issue(standing, { publicKey, seconds: 3600 }, SOURCE)),
    p256: signing(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'sha256'),
    token: issuing((standing) =>
      tokens.issue({ standing, at: now, factor: 'totp', source: SOURCE }, { audience: AUDIENCE }),
    ),
  });
  await store.close();
  return times;
}

/** Returns the times of checking a valid token, each of another account. */
async function measureVerifying(): Promise<Times> {
  const store = await openLmdbStore(newFolder());
  const { journal, accounts, own } = await prepare(store);
  const options = { store, clock, randomBytes, issuerUrl: ISSUER_URL };
  const tokens = new Tokens({ accounts, journal }, options);
  const issued: string[] = [];
  for (const standing of own.slice(0, TOKENS)) {
    const login = { standing, at: now, factor: 'totp', source: SOURCE } as const;
    issued.push((await tokens.issue(login, { audience: AUDIENCE })).token);
  }
  const verifier = new TokenVerifier({ accounts }, options);
  let turn = 0;
  const { verifying } = await measure({
    verifying: async () =>
      (await processorTime(async () => {
        for (let n = 0; n < BATCH; n++) {
          const holder = await verifier.verify(issued[turn++ % TOKENS] ?? '', AUDIENCE);
          if (!holder) throw new Error('a valid token was refused');
        }
      })) / BATCH,
  });
  await store.close();
  return verifying;
}

/** Returns numbers of certificates, with the milliseconds of a list. */
async function measureLists(): Promise<[count: number, milliseconds: number][]> {
  const store = await openLmdbStore(newFolder());
  const { journal, accounts, own, authority } = await prepare(store);
  const ssh = new SshCertificates({ accounts, journal }, { store, clock, randomBytes });
  const issued = store.collection('ssh-certificates', UNJUDGED);
  const lists: [count: number, milliseconds: number][] = [];
  let stored = 0;
  for (const count of CERTIFICATES) {
    while (stored < count) {
      const writes: Write[] = [];
      for (; writes.length < WRITES_A_COMMIT && stored < count; stored++) {
        const { username = '', uid = '', generation = 0 } = own[stored % ACCOUNTS] ?? {};
        const record: IssuedRecord = {
          serial: String(2n ** 62n + BigInt(stored)),
          username,
          uid,
          generation,
          roles: [ROLE],
          authority,
          fingerprint: `SHA256:${'A'.repeat(43)}`,
          issued: now,
          expires: now + 36_000,
          revoked: stored % 10 === 0,
        };
        writes.push(issued.inserting(record.serial, record));
      }
      await store.commit(writes, { durable: false });
    }
    const samples: number[] = [];
    for (let list = 0; list < LISTS; list++) samples.push(await processorTime(() => ssh.krl()));
    lists.push([count, summary(samples).median]);
  }
  await store.close();
  return lists;
}

/** A signature over 400 bytes, about what a certificate and a token sign. */
function signing(key: KeyObject, digest: string | null): Sample {
  const pem = createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' }));
  const data = randomBytes(400);
  return () => {
    const started = processorClock();
    for (let n = 0; n < BATCH; n++) sign(digest, data, pem);
    return (processorClock() - started) / BATCH;
  };
}
