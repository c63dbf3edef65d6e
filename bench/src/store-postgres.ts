/**
 * The store on PostgreSQL compared with the same statements through bare `pg`: the cost of sealing, of
 * checking the key ring, and of the number for lost answers. Bare statements are sent as the store sends
 * them, a transaction in two round trips.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { type Backend, type Collection, openStore, type Store } from '@countersign/secure-store';
import { postgresBackend } from '@countersign/secure-store/postgres';
import { Client, Pool, type PoolClient } from 'pg';
import { measure, type Sample, wallTime } from './measure.ts';
import { newPlace, type Place } from './postgres-place.ts';
import { type Report, TIME_COLUMNS, timeRow } from './report.ts';
import { fill, records, VALUE } from './store-place.ts';

const COUNT = 5000;
const BATCH = 20;

const READ = { name: 'read', text: 'SELECT value FROM countersign_rows WHERE key = $1' };
const TAKEN = 'SELECT 1 FROM countersign_turns WHERE key = $1 AND until > current_timestamp';
const STARTS = 'substring(value from 1 for octet_length(CAST($2 AS bytea))) = CAST($2 AS bytea)';
const SHARE = {
  name: 'share',
  text: `SELECT 1 FROM (SELECT 1 FROM countersign_rows WHERE key = $1 AND ${STARTS} AND NOT EXISTS (${TAKEN}) FOR SHARE)
    AS held UNION ALL SELECT 2 WHERE EXISTS (${TAKEN})`,
};
const INSERT = {
  name: 'insert',
  text: 'INSERT INTO countersign_rows (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
};
const MARK = {
  name: 'mark',
  text: `INSERT INTO countersign_writers (writer, latest, seen) VALUES ($1, $2, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET latest = excluded.latest, seen = excluded.seen`,
};

function openAt({ url }: Place): Promise<Store> {
  const kdf = { m: 8, t: 1, p: 1 };
  const passphrase = 'a passphrase for benchmarks';
  return openStore({ backend: postgresBackend({ url }), passphrase, create: 'if-empty', kdf });
}

/** Stored rows, as used for reads and as templates for inserts. */
interface Sampled {
  /** Every commit checks that the key ring is unchanged. */
  readonly ring: { readonly key: Buffer; readonly value: Buffer };
  readonly keys: readonly Buffer[];
  readonly value: Buffer;
}

async function sample(client: Client): Promise<Sampled> {
  const { rows } = await client.query<{ key: Buffer; value: Buffer }>(
    'SELECT key, value FROM countersign_rows',
  );
  const [ring] = rows.toSorted((a, b) => a.key.length - b.key.length);
  const records = rows.filter(({ value }) => value.length > 512);
  const [first] = records;
  if (!ring || !first) throw new Error('no rows');
  return { ring, keys: records.map(({ key }) => key), value: first.value };
}

function inStore(collection: Collection<Record<string, unknown>>): Work {
  return {
    get: several(() => collection.get(`record ${randomInt(COUNT)}`)),
    insert: several(() => collection.insert(crypto.randomUUID(), VALUE)),
  };
}

/** The back end alone: bytes in, bytes out. */
function inBackend(backend: Backend, { ring, keys, value }: Sampled): Work {
  const check = { key: ring.key, starts: ring.value.subarray(0, 9) };
  return {
    get: several(() => backend.read(pick(keys))),
    insert: several(() => {
      const key = newKey(keys);
      const checks = [check, { key, starts: undefined }];
      return backend.commit({ checks, writes: [{ key, value }], durable: true });
    }),
  };
}

/** The same statements written by hand, through an ordinary pool. */
function byHand(pool: Pool, { ring, keys, value }: Sampled): Work {
  const writer = randomBytes(16);
  let latest = 0;
  return {
    get: several(() => pool.query({ ...READ, values: [pick(keys)] })),
    insert: several(async () => {
      const client = await pool.connect();
      await fly(client, [
        { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' },
        { ...SHARE, values: [ring.key, ring.value.subarray(0, 9)] },
        { ...INSERT, values: [newKey(keys), value] },
        { ...MARK, values: [writer, ++latest] },
      ]);
      await client.query('COMMIT');
      client.release();
    }),
  };
}

/** Sends several statements at once and waits for all answers. */
async function fly(
  client: PoolClient,
  calls: readonly { name?: string; text: string; values?: unknown[] }[],
): Promise<void> {
  const { stream } = client.connection;
  stream.cork();
  const sent = calls.map((call) => client.query(call));
  stream.uncork();
  await Promise.all(sent);
}

function pick(keys: readonly Buffer[]): Buffer {
  return keys[randomInt(keys.length)] ?? Buffer.alloc(1);
}

function newKey(keys: readonly Buffer[]): Buffer {
  return randomBytes(pick(keys).length);
}

interface Work {
  readonly get: Sample;
  readonly insert: Sample;
}

function several(work: () => Promise<unknown>): Sample {
  return async () => {
    const taken = await wallTime(async () => {
      for (let i = 0; i < BATCH; i++) await work();
    });
    return taken / BATCH;
  };
}

export async function run(): Promise<Report> {
  const place = await newPlace();
  const store = await openAt(place);
  await fill(store, COUNT);
  const backend = postgresBackend({ url: place.url });
  const pool = new Pool({ connectionString: place.url, max: 8, pipeline: true });
  const admin = new Client({ connectionString: place.url });
  await admin.connect();
  const rows = await sample(admin);
  await admin.end();
  const work = [inStore(records(store)), inBackend(backend, rows), byHand(pool, rows)] as const;
  const get = await measure({ store: work[0].get, backend: work[1].get, hand: work[2].get });
  const insert = await measure({ store: work[0].insert, backend: work[1].insert, hand: work[2].insert });
  await pool.end();
  await backend.close();
  await store.close();
  await place.drop();
  return {
    title: 'The store on PostgreSQL compared with bare pg',
    method: `Values of 512 bytes, ${COUNT.toLocaleString('en')} records, one call after another over loopback; inserts are durable. Medians in ms, taking turns.`,
    columns: TIME_COLUMNS,
    rows: [
      timeRow('read: bare pg', get.hand),
      timeRow('read: back end', get.backend),
      timeRow('read: store (opened and decoded)', get.store),
      timeRow('insert: bare pg', insert.hand),
      timeRow('insert: back end', insert.backend),
      timeRow('insert: store (sealed)', insert.store),
    ],
    ratios: [
      { what: 'read, back end', ratio: get.backend.median / get.hand.median, atMost: 1.3 },
      { what: 'read, store', ratio: get.store.median / get.hand.median },
      { what: 'durable insert, back end', ratio: insert.backend.median / insert.hand.median, atMost: 1.3 },
      { what: 'durable insert, store', ratio: insert.store.median / insert.hand.median },
    ],
  };
}
