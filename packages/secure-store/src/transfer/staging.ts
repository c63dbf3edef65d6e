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
import {
  type Backend,
  type Check,
  type CommitOutcome,
  isEmptyBackend,
  type Put,
  type Row,
} from '../backend.ts';
import { startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Ring, readRingHeader, sealRing } from '../keys/ring.ts';
import {
  FOLLOWERS,
  GENERATION_BYTES,
  generationPrefix,
  inGeneration,
  RECORDS,
  RING_KEY,
  SLOTS,
  STAGING_KEY,
} from '../layout.ts';
import { randomBytes } from '../platform.ts';

const BATCH_ROWS = 128;
const BATCH_BYTES = 1024 * 1024;
const PAGE = 256;

/** One replacement in progress. */
export class Staging {
  readonly #backend: Backend;
  readonly generation: Uint8Array;
  /** The ring found at the start. */
  readonly #before: Uint8Array | undefined;
  #writes: Put[] = [];
  #bytes = 0;

  private constructor(backend: Backend, generation: Uint8Array, before: Uint8Array | undefined) {
    this.#backend = backend;
    this.generation = generation;
    this.#before = before;
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
    const generation = randomBytes(GENERATION_BYTES);
    const staging = new Staging(backend, generation, ring);
    const outcome = await backend.commit({
      checks: [staging.#ringCheck(), { key: STAGING_KEY, starts: marker }],
      writes: [{ key: STAGING_KEY, value: generation }],
      durable: true,
    });
    if (!outcome.committed) throw disturbed();
    return staging;
  }

  /** Returns the key of a record in the new generation. */
  keyOf(key: Uint8Array): Uint8Array {
    return inGeneration(this.generation, key);
  }

  /** Writes a record, or removes it if `value` is `undefined`. */
  async put(key: Uint8Array, value: Uint8Array | undefined): Promise<void> {
    this.#writes.push({ key: this.keyOf(key), value });
    this.#bytes += value?.length ?? 0;
    if (this.#writes.length >= BATCH_ROWS || this.#bytes >= BATCH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    this.#bytes = 0;
    if (writes.length > 0) await this.#commit([], writes, false);
  }

  /** Yields the records written so far, in key order. */
  async *rows(): AsyncGenerator<Row> {
    await this.flush();
    yield* this.#backend.scan({ prefix: generationPrefix(this.generation) });
  }

  /** Switches to the new store, with a version of the ring that no process has seen here. */
  async finish(root: Uint8Array, ring: Ring, slots: readonly Row[]): Promise<Ring> {
    await this.flush();
    const version = this.#before === undefined ? 0n : readRingVersion(this.#before);
    const after: Ring = {
      ...ring,
      state: 'in use',
      generation: this.generation,
      // Followers run on the previous contents. They add themselves again if this root key is theirs.
      followers: [],
      version: (version > ring.version ? version : ring.version) + 1n,
    };
    const value = sealRing(root, after);
    const kept = new Set(slots.map(({ key }) => String(key)));
    const removed: Put[] = [];
    for await (const { key } of this.#backend.scan({ prefix: SLOTS }))
      if (!kept.has(String(key))) removed.push({ key, value: undefined });
    for await (const { key } of this.#backend.scan({ prefix: FOLLOWERS }))
      removed.push({ key, value: undefined });
    const writes = [{ key: RING_KEY, value }, ...slots, ...removed, { key: STAGING_KEY, value: undefined }];
    await this.#commit([this.#ringCheck()], writes, true);
    // The switch is done. Rows that cannot be deleted now are harmless leftovers.
    await sweepOthers(this.#backend, this.generation, { key: RING_KEY, starts: value }).catch(() => {});
    return after;
  }

  /** Deletes what was written. */
  async abandon(): Promise<void> {
    this.#writes = [];
    const mine = { key: STAGING_KEY, starts: this.generation };
    await sweep(this.#backend, mine, (key) => startsWith(key, generationPrefix(this.generation)));
    const writes = [{ key: STAGING_KEY, value: undefined }];
    // If the marker belongs to another restore by now, that one removes it.
    await this.#backend.commit({ checks: [mine], writes, durable: true });
  }

  #ringCheck(): Check {
    return { key: RING_KEY, starts: this.#before };
  }

  async #commit(checks: readonly Check[], writes: readonly Put[], durable: boolean): Promise<void> {
    const mine = { key: STAGING_KEY, starts: this.generation };
    const outcome: CommitOutcome = await this.#backend.commit({ checks: [mine, ...checks], writes, durable });
    if (!outcome.committed) throw disturbed();
  }
}

/**
 * Deletes rows left behind by an interrupted restore, or by the cleanup after one. A restore that is still
 * running into this back end ends with `conflict`.
 */
export async function removeLeftovers(backend: Backend, keyring: Keyring): Promise<number> {
  const staging = await Staging.begin(backend, true);
  await keyring.reload();
  const { ring } = keyring.keys;
  const removed = await sweepOthers(backend, ring.generation, {
    key: STAGING_KEY,
    starts: staging.generation,
  });
  await staging.abandon();
  return removed;
}

async function sweepOthers(backend: Backend, generation: Uint8Array, check: Check): Promise<number> {
  const kept = generationPrefix(generation);
  return await sweep(backend, check, (key) => !startsWith(key, kept));
}

/**
 * Deletes records in pages as long as `check` holds.
 *
 * @returns the number of deleted records
 */
async function sweep(
  backend: Backend,
  check: Check,
  unwanted: (key: Uint8Array) => boolean,
): Promise<number> {
  let removed = 0;
  let after: Uint8Array | undefined;
  for (;;) {
    const page: Uint8Array[] = [];
    for await (const { key } of backend.scan({ prefix: RECORDS, after, limit: PAGE })) page.push(key);
    const writes = page.filter(unwanted).map((key) => ({ key, value: undefined }));
    if (writes.length > 0) {
      const outcome = await backend.commit({ checks: [check], writes, durable: false });
      if (!outcome.committed) return removed;
      removed += writes.length;
    }
    if (page.length < PAGE) return removed;
    after = page.at(-1);
  }
}

function readRingVersion(value: Uint8Array): bigint {
  try {
    return readRingHeader(value).version;
  } catch {
    // The replaced data was not one of our rings, or is damaged: no process holds its version.
    return 0n;
  }
}

function disturbed(): StoreError {
  return new StoreError(
    'conflict',
    'Another process changed this place meanwhile. The operation was cancelled.',
  );
}
