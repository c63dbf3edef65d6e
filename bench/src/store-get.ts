/** Where the time for reading one sealed record goes: LMDB itself, the back end, opening, validation. */
import { randomInt } from 'node:crypto';
import { accountSchema } from '@countersign/auth-server/accounts';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { open } from 'lmdb';
import { measure, processorTime, type Sample, type Times } from './measure.ts';
import type { Report } from './report.ts';
import { newFolder, openLmdbStore, UNJUDGED } from './store-place.ts';

const COUNT = 10_000;
const BATCH = 500;
const WANTED = 20_000;

/** The shape of the product's password record, filled up to 512 bytes. */
const schema = accountSchema.shape.credential;
const credential = {
  suite: '3072-sha256',
  identity: 'alice',
  stretch: { name: 'argon2id' as const, m: 65_536, t: 3, p: 4 },
  salt: 'c2l4dGVlbiBieXRlcyE',
  verifier: '',
};
const verifier = 'A'.repeat(512 - JSON.stringify(credential).length);
const VALUE = { ...credential, verifier };

/** Processor time of one of `BATCH` random reads. */
function readsOf(read: (n: number) => unknown): Sample {
  return async () => {
    const taken = await processorTime(async () => {
      for (let i = 0; i < BATCH; i++) {
        const found = read(randomInt(COUNT));
        if ((found instanceof Promise ? await found : found) === undefined)
          throw new Error('a record is missing');
      }
    });
    return taken / BATCH;
  };
}

export async function run(): Promise<Report> {
  const dir = newFolder();
  const store = await openLmdbStore(dir);
  const validated = store.collection('credentials', schema);
  const unjudged = store.collection('credentials', UNJUDGED);
  for (let at = 0; at < COUNT; at += 1000)
    await store.commit(
      Array.from({ length: 1000 }, (_, n) => validated.inserting(`${at + n}`, VALUE)),
      {
        durable: false,
      },
    );
  const backend = lmdbBackend({ dir });
  const keys: Uint8Array[] = [];
  let size = 0;
  for await (const { key, value } of backend.scan({ prefix: new Uint8Array(0) }))
    if (value.length > 512) {
      keys.push(key);
      size = value.length;
    }
  const keyOf = (n: number) => keys[n % keys.length] ?? new Uint8Array(1);
  const bare = open<Uint8Array, Uint8Array>({
    path: dir,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const times = await measure({
    lmdb: readsOf((n) => bare.getBinary(keyOf(n))),
    backend: readsOf((n) => backend.read(keyOf(n))),
    sealed: readsOf((n) => unjudged.get(`${n}`)),
    validated: readsOf((n) => validated.get(`${n}`)),
  });
  await backend.close();
  await store.close();
  const row = (what: string, { median }: Times, before?: Times): (string | number)[] => [
    what,
    median * 1000,
    (median - (before?.median ?? 0)) * 1000,
    1000 / median,
  ];
  return {
    title: 'Reading a sealed record of 512 bytes',
    method: `LMDB, ${COUNT.toLocaleString('en')} records of ${size} bytes on disk, random ids, one after another; processor time.`,
    columns: ['', 'µs', 'of which new', 'a second'],
    rows: [
      row('LMDB alone (lmdb-js)', times.lmdb),
      row('+ back end (fresh snapshot, copy, promise)', times.backend, times.lmdb),
      row('+ id, opening, decoding (get)', times.sealed, times.backend),
      row('+ validation (zod, as accounts have it)', times.validated, times.sealed),
    ],
    ratios: [
      { what: 'sealed get', ratio: 1000 / times.sealed.median, unit: 'a second', atLeast: WANTED },
      {
        what: 'sealed and validated get',
        ratio: 1000 / times.validated.median,
        unit: 'a second',
        atLeast: WANTED,
      },
    ],
  };
}
