/**
 * Rotation, while other processes keep working.
 *
 * 1. Records are read in pages; those under a retired key are opened and sealed again, with the same version.
 *    The commit is conditional on each record's version: a record that was changed meanwhile already uses the
 *    new key.
 * 2. A retired key is deleted only after a complete scan, started after its retirement, has found no record
 *    that uses it. Since every commit is conditional on the ring, no process can seal with a retired key
 *    after that.
 *
 * No state is kept between runs. The next run finishes an interrupted one: it skips finished records after
 * reading only their headers.
 */
import { pagesOf, type Row } from '../backend.ts';
import { recordKey } from '../layout.ts';
import { pause } from '../platform.ts';
import { openRow, sealRow } from '../records/row.ts';
import { readHeader, startOf } from '../sealing/envelope.ts';
import type { Keyring } from './keyring.ts';

/** How `reseal` works and reports progress. */
export interface ResealWork {
  /** Aborts between two batches: `reseal` rejects with the signal's reason, and finished batches stay. */
  readonly signal?: AbortSignal | undefined;
  /** The share of the time to spend working, above 0 and up to 1; default 0.5. */
  readonly share?: number | undefined;
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined;
  /** Sleeps for the given number of milliseconds. */
  readonly wait?: ((milliseconds: number) => Promise<void>) | undefined;
  /** Returns the time in milliseconds. */
  readonly clock?: (() => number) | undefined;
}

/** The progress of `reseal`. */
export interface ResealProgress {
  /** Records examined, over all scans. Deleting a key takes at least two scans. */
  readonly scanned: number;
  readonly resealed: number;
}

/** What `reseal` did. */
export interface ResealReport extends ResealProgress {
  /** The numbers of the deleted keys. */
  readonly deletedKeys: readonly number[];
  /** Records that do not open. Their keys are kept. */
  readonly damaged: number;
}

/** Records of one page, and of one commit. */
const PAGE = 128;

/**
 * Reseals every record with the active data key, then deletes the keys that are no longer used.
 *
 * @throws the reason of `signal`
 */
export async function reseal(
  keyring: Keyring,
  { signal, share = 0.5, onProgress, wait = pause, clock = () => performance.now() }: ResealWork,
  deleteKeys: (unused: readonly number[]) => Promise<void>,
): Promise<ResealReport> {
  if (!(share > 0 && share <= 1)) throw new RangeError(`"share" expected above 0 and up to 1, got ${share}`);
  const total = { scanned: 0, resealed: 0, damaged: 0 };
  const deletedKeys: number[] = [];
  for (;;) {
    await keyring.reload();
    const retired = new Set(keyring.keys.ring.keys.slice(0, -1).map(({ number }) => number));
    if (retired.size === 0) return { ...total, deletedKeys };
    total.damaged = 0;
    let outdatedRecords = 0;
    let hopeless = 0;
    const found = new Set<number>();
    let started = clock();
    const prefix = recordKey(keyring.keys.ring.generation);
    for await (const page of pagesOf(keyring.backend, prefix, PAGE)) {
      signal?.throwIfAborted();
      const outdated = page.filter(({ value }) => {
        const number = readHeader(value)?.keyNumber;
        if (number === undefined) total.damaged += 1;
        else if (retired.has(number)) found.add(number);
        return number !== undefined && retired.has(number);
      });
      const done = await resealRows(keyring, outdated);
      total.resealed += done.resealed;
      hopeless += done.damaged;
      outdatedRecords += outdated.length;
      total.scanned += page.length;
      signal?.throwIfAborted();
      onProgress?.({ scanned: total.scanned, resealed: total.resealed });
      await wait(((clock() - started) * (1 - share)) / share);
      started = clock();
    }
    const unused = [...retired].filter((number) => !found.has(number));
    if (unused.length > 0) await deleteKeys(unused);
    deletedKeys.push(...unused);
    total.damaged += hopeless;
    // Only damaged records are left under retired keys; another scan would find the same ones.
    if (hopeless > 0 && hopeless === outdatedRecords) return { ...total, deletedKeys };
  }
}

async function resealRows(keyring: Keyring, rows: readonly Row[]) {
  const { keys, backend } = keyring;
  let damaged = 0;
  let left = rows.flatMap((row) => {
    const record = openRow(keys, row);
    if (record === 'does not open') damaged += 1;
    // An unknown key is gone because another process deleted it first.
    if (typeof record === 'string') return [];
    const { key } = row;
    return { key, starts: startOf(record.version), value: sealRow(keys, key, record) };
  });
  while (left.length > 0) {
    const outcome = await backend.commit({ checks: [keys.check, ...left], writes: left, durable: false });
    if (outcome.committed) break;
    if (outcome.failed === 0) {
      // The ring was replaced. The next scan finds the remaining records, with the keys of the new ring.
      await keyring.reload();
      return { resealed: 0, damaged };
    }
    left = left.filter((_, i) => i !== outcome.failed - 1);
  }
  return { resealed: left.length, damaged };
}
