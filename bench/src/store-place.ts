/** Stores for benchmarks: on a real disk next to the results, deleted afterwards. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Collection, openStore, type Store } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';

/** A negligible cost, since key derivation is not measured. */
const KDF = { m: 8, t: 1, p: 1 };
const PASSPHRASE = 'a passphrase for benchmarks';

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder on the disk of this repository, deleted when the process ends. */
export function newFolder(): string {
  const parent = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'store-'));
  folders.add(folder);
  return folder;
}

export function openLmdbStore(dir: string): Promise<Store> {
  return openStore({ backend: lmdbBackend({ dir }), passphrase: PASSPHRASE, create: 'if-empty', kdf: KDF });
}

/** The store's own encoding of values, without validation. */
export const UNJUDGED = {
  '~standard': {
    version: 1,
    vendor: 'bench',
    validate: (value: unknown) => ({ value: value as Record<string, unknown> }),
  },
} as const;

/** The value in all reads and writes, 512 bytes. */
export const VALUE: Record<string, unknown> = valueWith(512);

function valueWith(bytes: number): Record<string, unknown> {
  const value = { name: 'alice', created: 1_800_000_000, filler: '' };
  const filler = 'x'.repeat(bytes - JSON.stringify(value).length);
  return { ...value, filler };
}

export function records(store: Store): Collection<Record<string, unknown>> {
  return store.collection('records', UNJUDGED);
}

/** Inserts `record 0` to `record N-1`, a thousand per commit. */
export async function fill(store: Store, count: number): Promise<void> {
  const collection = records(store);
  for (let at = 0; at < count; at += 1000) {
    const size = Math.min(1000, count - at);
    const writes = Array.from({ length: size }, (_, n) => collection.inserting(`record ${at + n}`, VALUE));
    await store.commit(writes, { durable: false });
  }
}

/** The size of the data file in bytes. */
export function fileSize(dir: string): number {
  return statSync(join(dir, 'data.mdb')).size;
}
