/**
 * Replaces the contents of a back end with another store, all or nothing.
 *
 * 1. A marker row names an unused generation. Records are written under that generation, next to the existing
 *    data and invisible to it.
 * 2. One commit writes the ring and slots and removes the marker. Before it the old store, if any, is
 *    complete; after it the new one is.
 * 3. The records of other generations are deleted.
 *
 * Every commit is conditional on the marker. Starting a second restore into the same back end therefore
 * aborts the first.
 */
import { type Backend, type Check, isEmptyBackend, type Put, pagesOf, type Row } from '../backend.ts';
import { nameOf, startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Ring, readRingHeader, sealRing } from '../keys/ring.ts';
import {
  FOLLOWERS,
  GENERATION_BYTES,
  RECORDS,
  RING_KEY,
  recordKey,
  SLOTS,
  STAGING_KEY,
  tagsOf,
} from '../layout.ts';
import { randomBytes } from '../platform.ts';

const BATCH_ROWS = 128;
const BATCH_BYTES = 1024 * 1024;
const PAGE = 256;

/** One replacement in progress. */
export class Staging {
  readonly #backend: Backend;
  readonly #generation: Uint8Array;
  /** The ring is the one found at the start. */
  readonly #before: Check;
  /** The marker is that of this replacement. */
  readonly mine: Check;
  #writes: Put[] = [];
  #bytes = 0;

  private constructor(backend: Backend, ring: Uint8Array | undefined) {
    this.#backend = backend;
    this.#generation = randomBytes(GENERATION_BYTES);
    this.#before = { key: RING_KEY, starts: ring };
    this.mine = { key: STAGING_KEY, starts: this.#generation };
  }

  /** @throws {StoreError} exists if the back end is not empty and must not be replaced */
  static async begin(backend: Backend, replace: boolean): Promise<Staging> {
    const ring = await backend.read(RING_KEY);
    const marker = await backend.read(STAGING_KEY);
    const unfinished = ring === undefined && marker !== undefined;
    if (!replace && !unfinished && !(await isEmptyBackend(backend)))
      throw new StoreError(
        'exists',
        'This place already contains data. It is overwritten only if you ask for it.',
      );
    const staging = new Staging(backend, ring);
    const writes = [{ key: STAGING_KEY, value: staging.#generation }];
    await staging.#commit([staging.#before, { key: STAGING_KEY, starts: marker }], writes, true);
    return staging;
  }

  /** Writes a record, or removes it if `value` is `undefined`. */
  async put(key: Uint8Array, value: Uint8Array | undefined): Promise<void> {
    this.#writes.push({ key: recordKey(this.#generation, tagsOf(key)), value });
    this.#bytes += value?.length ?? 0;
    if (this.#writes.length >= BATCH_ROWS || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    this.#bytes = 0;
    if (writes.length > 0) await this.#commit([this.mine], writes, false);
  }

  /** Yields the records written so far, in key order. */
  async *rows(): AsyncGenerator<Row, void> {
    await this.flush();
    yield* this.#backend.scan({ prefix: recordKey(this.#generation) });
  }

  /** Switches to the new store, with a version of the ring that no process has seen here. */
  async finish(root: Uint8Array, ring: Ring, slots: readonly Row[]): Promise<void> {
    await this.flush();
    const version = versionIn(this.#before.starts);
    const after = {
      ...ring,
      state: 'in use' as const,
      generation: this.#generation,
      // Followers run on the previous contents. They add themselves again if this root key is theirs.
      followers: [],
      version: (version > ring.version ? version : ring.version) + 1n,
    };
    const value = sealRing(root, after);
    const kept = new Set(slots.map(({ key }) => nameOf(key)));
    const removed: Put[] = [];
    for (const prefix of [SLOTS, FOLLOWERS])
      for await (const { key } of this.#backend.scan({ prefix }))
        if (!kept.has(nameOf(key))) removed.push({ key, value: undefined });
    const writes = [{ key: RING_KEY, value }, ...slots, ...removed, { key: STAGING_KEY, value: undefined }];
    await this.#commit([this.mine, this.#before], writes, true);
    // The switch is done. Rows that cannot be deleted now are harmless leftovers.
    const check = { key: RING_KEY, starts: value };
    await sweep(this.#backend, check, RECORDS, this.#generation).catch(() => {});
  }

  /** Deletes what was written. */
  async abandon(): Promise<void> {
    this.#writes = [];
    await sweep(this.#backend, this.mine, recordKey(this.#generation));
    const writes = [{ key: STAGING_KEY, value: undefined }];
    // If the marker belongs to another restore by now, that one removes it.
    await this.#backend.commit({ checks: [this.mine], writes, durable: true });
  }

  /** @throws {StoreError} conflict */
  async #commit(checks: readonly Check[], writes: readonly Put[], durable: boolean): Promise<void> {
    const { committed } = await this.#backend.commit({ checks, writes, durable });
    if (!committed)
      throw new StoreError(
        'conflict',
        'Another process changed this place meanwhile. The operation was cancelled.',
      );
  }
}

/** See `Store.removeLeftovers`. */
export async function removeLeftovers(keyring: Keyring): Promise<number> {
  const { backend } = keyring;
  const staging = await Staging.begin(backend, true);
  await keyring.reload();
  const removed = await sweep(backend, staging.mine, RECORDS, keyring.keys.ring.generation);
  await staging.abandon();
  return removed;
}

/** Deletes records, except those of the generation `kept`, as long as `check` holds. Returns their number. */
async function sweep(backend: Backend, check: Check, prefix: Uint8Array, kept?: Uint8Array): Promise<number> {
  let removed = 0;
  for await (const page of pagesOf(backend, prefix, PAGE)) {
    const unwanted = page.filter(({ key }) => kept === undefined || !startsWith(key, recordKey(kept)));
    if (unwanted.length === 0) continue;
    const writes = unwanted.map(({ key }) => ({ key, value: undefined }));
    const outcome = await backend.commit({ checks: [check], writes, durable: false });
    if (!outcome.committed) return removed;
    removed += writes.length;
  }
  return removed;
}

/** Returns the version of a ring; 0 when there is none, or it is damaged or foreign: no process holds its version. */
function versionIn(ringValue: Uint8Array | undefined): bigint {
  try {
    return ringValue === undefined ? 0n : readRingHeader(ringValue).version;
  } catch {
    return 0n;
  }
}
