/**
 * Bringing every record under the key that seals now, while everybody goes on working, and deleting the keys that are
 * then of no use.
 *
 * 1. Pages of records are read; those under a retired key are opened and sealed again, with the same version. The commit is
 *    conditional on each record's version: one that somebody changed meanwhile is under the new key already.
 * 2. A retired key is deleted only after a whole scan, begun after its retirement, has found no use of it. Since every
 *    commit is conditional on the ring, nobody seals with a retired key, so there is none afterwards either.
 *
 * Nothing is remembered between runs: a run that was cut short is finished by the next, which skips what is done by looking
 * at headers only.
 */
import type { Backend, Row } from '../backend.ts';
import { concatBytes } from '../bytes.ts';
import { placeOf, RECORDS } from '../layout.ts';
import { openRecord, readHeader, sealRecord, startOf } from '../sealing/envelope.ts';
import type { Keyring, Keys, RingChange } from './keyring.ts';

export interface ResealWork {
  /** Ends the work between two batches by rejecting with its reason; what is done stays done. */
  readonly signal?: AbortSignal | undefined;
  /** The part of the time that this may work, above 0 and up to 1; default 0.5. */
  readonly share?: number | undefined;
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined;
  /** Waits so many milliseconds. */
  readonly wait?: ((milliseconds: number) => Promise<void>) | undefined;
  /** A clock in milliseconds. */
  readonly clock?: (() => number) | undefined;
}

export interface ResealProgress {
  /** Records looked at, over all scans: at least two are needed to delete a key. */
  readonly scanned: number;
  readonly resealed: number;
}

export interface ResealReport extends ResealProgress {
  /** The numbers of the keys that no record needed any more. */
  readonly deletedKeys: readonly number[];
  /** Records that do not open: they keep their key from being deleted. */
  readonly damaged: number;
}

const PAGE = 256;
const BATCH = 64;

/** @throws StoreError as any commit; the signal's reason */
export async function reseal(
  backend: Backend,
  keyring: Keyring,
  { signal, share = 0.5, onProgress, wait = pause, clock = () => performance.now() }: ResealWork,
  deleting: Deleting,
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
    for await (const page of pagesOf(backend, keyring.keys)) {
      signal?.throwIfAborted();
      const outdated = page.filter(({ value }) => {
        const number = readHeader(value)?.keyNumber;
        if (number === undefined) total.damaged += 1;
        else if (retired.has(number)) found.add(number);
        return number !== undefined && retired.has(number);
      });
      for (let at = 0; at < outdated.length; at += BATCH) {
        const done = await resealBatch(backend, keyring, outdated.slice(at, at + BATCH));
        total.resealed += done.resealed;
        hopeless += done.damaged;
        signal?.throwIfAborted();
      }
      outdatedRecords += outdated.length;
      total.scanned += page.length;
      onProgress?.({ scanned: total.scanned, resealed: total.resealed });
      await wait(((clock() - started) * (1 - share)) / share);
      started = clock();
    }
    const unused = [...retired].filter((number) => !found.has(number));
    if (unused.length > 0) deletedKeys.push(...(await deleteKeys(keyring, unused, deleting)));
    total.damaged += hopeless;
    // Nothing but damaged records is left under retired keys: another scan would find them again.
    if (hopeless > 0 && hopeless === outdatedRecords) return { ...total, deletedKeys };
  }
}

async function* pagesOf(backend: Backend, keys: Keys): AsyncGenerator<Row[]> {
  const prefix = concatBytes(RECORDS, keys.ring.generation);
  let after: Uint8Array | undefined;
  for (;;) {
    const page: Row[] = [];
    for await (const row of backend.scan({ prefix, after, limit: PAGE })) page.push(row);
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.key;
  }
}

async function resealBatch(
  backend: Backend,
  keyring: Keyring,
  rows: readonly Row[],
): Promise<{ readonly resealed: number; readonly damaged: number }> {
  const { keys } = keyring;
  const again = rows.map(({ key, value }) => resealed(keys, key, value));
  const damaged = again.filter((row) => row === 'damaged').length;
  let left = again.filter((row) => typeof row === 'object');
  while (left.length > 0) {
    const outcome = await backend.commit({
      checks: [keys.check, ...left.map(({ key, starts }) => ({ key, starts }))],
      writes: left.map(({ key, value }) => ({ key, value })),
      durable: false,
    });
    if (outcome.committed) break;
    if (outcome.failed === 0) {
      // Another ring: what is left is found by the next scan, with the keys of that ring.
      await keyring.reload();
      return { resealed: 0, damaged };
    }
    left = left.filter((_, i) => i !== outcome.failed - 1);
  }
  return { resealed: left.length, damaged };
}

/** Nothing when the key is gone by now, since another process was faster. */
function resealed(keys: Keys, key: Uint8Array, value: Uint8Array) {
  const header = readHeader(value);
  const old = header && keys.byNumber.get(header.keyNumber);
  if (header === undefined || old === undefined) return undefined;
  const place = placeOf(keys.ring.storeId, key);
  const content = openRecord(old, value, place);
  if (content === undefined) return 'damaged';
  const again = sealRecord(keys.activeKey, { ...header, keyNumber: keys.active }, place, content);
  return { key, starts: startOf(header.version), value: again };
}

/** Adds to the commit that deletes keys what belongs with it. */
type Deleting = (keys: Keys, change: RingChange, deleted: readonly number[]) => Promise<RingChange>;

async function deleteKeys(
  keyring: Keyring,
  unused: readonly number[],
  deleting: Deleting,
): Promise<readonly number[]> {
  await keyring.change(async (keys) => {
    const { ring, active } = keys;
    const kept = ring.keys.filter(({ number }) => number === active || !unused.includes(number));
    return await deleting(keys, { ring: { keys: kept } }, unused);
  });
  return unused;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
