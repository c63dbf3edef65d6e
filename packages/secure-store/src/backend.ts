/**
 * The interface between the store and its storage. A back end sees keys and values as opaque bytes; the store
 * seals everything before it reaches the back end.
 *
 * The contract, which `test/contract.ts` runs on every back end:
 *
 * 1. `read` and `scan` see every commit, by any process, that was acknowledged before their first row was
 *    requested.
 * 2. One `scan` reads one snapshot, however slowly it is consumed.
 * 3. `commit` applies the whole batch or nothing. All checks run in the same transaction as the writes,
 *    against the state that the writes replace. Two batches that check the same key are serialised.
 * 4. An acknowledged durable commit survives power loss. A non-durable one survives the end of the process.
 * 5. Arguments are not retained. Returned bytes are plain `Uint8Array`s (not Buffers) that belong to the
 *    caller.
 */
import { StoreError, type StoreErrorCode } from './errors.ts';

/** A key of 1 to 64 bytes. Keys sort bytewise, as unsigned numbers. */
export type Key = Uint8Array;

/** One stored key and its value. */
export interface Row {
  readonly key: Key;
  readonly value: Uint8Array;
}

/** A condition of a commit: the value of `key` begins with `starts`; `undefined` means absent. */
export interface Check {
  readonly key: Key;
  readonly starts: Uint8Array | undefined;
}

/** Sets `key` to `value`, or removes it if `value` is `undefined`, even if it is absent. */
export interface Put {
  readonly key: Key;
  readonly value: Uint8Array | undefined;
}

/** The checks and writes of one atomic commit. */
export interface Batch {
  readonly checks: readonly Check[];
  /** Each key at most once, in any order. The same key can be both checked and written. */
  readonly writes: readonly Put[];
  /** Wait until the writes are on disk. With `false` the back end can answer earlier. */
  readonly durable: boolean;
}

/**
 * The result of a commit. `failed` is the index of the first check that did not hold; nothing was written in
 * that case.
 */
export type CommitOutcome =
  | { readonly committed: true }
  | { readonly committed: false; readonly failed: number };

/** Selects the keys that begin with `prefix` and sort after `after`, in order, at most `limit` of them. */
export interface Range {
  readonly prefix: Uint8Array;
  readonly after?: Key | undefined;
  readonly limit?: number | undefined;
}

/**
 * Storage for a store, such as a directory or a database. Any method can reject with one of these errors.
 *
 * @throws {StoreError} backend_gone; `settled` is `false` when the answer to a commit was lost and its
 *   outcome is unknown
 * @throws {StoreError} read_only
 * @throws {StoreError} full
 * @throws {StoreError} damaged
 * @throws {StoreError} not_a_store
 * @throws {StoreError} newer_format
 * @throws {StoreError} closed
 */
export interface Backend {
  /** The name used in messages: `memory`, `lmdb`, `postgres`. */
  readonly name: string;
  /** Returns the value of `key`, or `undefined` if it is absent. */
  read(key: Key): Promise<Uint8Array | undefined>;
  /** Iterates over a range in one snapshot. Stopping early releases the snapshot. */
  scan(range: Range): AsyncIterable<Row>;
  /** Applies a batch atomically, if all its checks hold. */
  commit(batch: Batch): Promise<CommitOutcome>;
  /**
   * Checks that the storage opened earlier is still in place. Only for back ends whose storage can disappear
   * while open, such as a directory that is deleted.
   *
   * @throws {StoreError} not_a_store if it was removed or replaced
   */
  confirm?(): Promise<void>;
  /** The storage is a server that may come back: its errors do not mean that the store is lost. */
  readonly remote?: true | undefined;
  /** Waits for commits in flight. Later calls reject with `closed`. Can be called twice. */
  close(): Promise<void>;
}

/** Returns whether the back end holds no rows, so that a store can be created in it. */
export async function isEmptyBackend(backend: Backend): Promise<boolean> {
  for await (const _ of backend.scan({ prefix: new Uint8Array(0), limit: 1 })) return false;
  return true;
}

/** Reads all rows with a prefix, each page in a snapshot of its own. The last page may be empty. */
export async function* pagesOf(backend: Backend, prefix: Uint8Array, size: number): AsyncGenerator<Row[]> {
  let after: Key | undefined;
  for (;;) {
    const page: Row[] = [];
    for await (const row of backend.scan({ prefix, after, limit: size })) page.push(row);
    yield page;
    if (page.length < size) return;
    after = page.at(-1)?.key;
  }
}

/** Returns whether an error of a back end means that its store is permanently lost to this process. */
export function isLostTo({ remote }: Backend, error: unknown): boolean {
  if (!(error instanceof StoreError)) return false;
  return FINAL.has(error.code) || (remote !== true && FINAL_ON_DISK.has(error.code));
}

const FINAL: ReadonlySet<StoreErrorCode> = new Set(['moved', 'locked_out']);
const FINAL_ON_DISK: ReadonlySet<StoreErrorCode> = new Set(['not_a_store', 'damaged', 'newer_format']);
