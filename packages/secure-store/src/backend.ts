/**
 * What the store asks of the place where its bytes lie. A back end knows keys and values as opaque bytes; everything
 * it holds is sealed before it gets there.
 *
 * The contract, which `test/contract.ts` runs on every back end:
 *
 * 1. `read` and `scan` see every commit that was answered, to any process, before they were asked for their first row.
 * 2. One `scan` is one snapshot, however long its reader takes.
 * 3. `commit` does all of a batch or nothing. Every check is made against the state that the writes replace, in the same
 *    transaction; two batches that check the same key behave as if one came after the other.
 * 4. A durable commit that was answered survives loss of power; a lazy one survives the end of the process.
 * 5. Bytes given in are not kept; bytes handed out are plain `Uint8Array`s (no Buffers) and the caller's.
 */

/** Keys are 1 to 64 bytes, in the order of their bytes as unsigned numbers. */
export type Key = Uint8Array;

export interface Row {
  readonly key: Key;
  readonly value: Uint8Array;
}

/** `starts` given: a value lies under `key` and begins with these bytes. Not given: nothing lies under `key`. */
export interface Check {
  readonly key: Key;
  readonly starts: Uint8Array | undefined;
}

/** `value` not given: what lies under `key` is removed; it is no mistake when nothing does. */
export interface Put {
  readonly key: Key;
  readonly value: Uint8Array | undefined;
}

export interface Batch {
  readonly checks: readonly Check[];
  /** Each key at most once, in any order. A key may be both checked and written. */
  readonly writes: readonly Put[];
  /** Wait until the writes are on disk. `false` allows, and does not ask, to answer earlier. */
  readonly durable: boolean;
}

/** `failed` is the index of the first check, in the order given, that did not hold; then nothing was written. */
export type CommitOutcome =
  | { readonly committed: true }
  | { readonly committed: false; readonly failed: number };

/** The keys that begin with `prefix` and lie after `after`, in order, at most `limit` of them. */
export interface Range {
  readonly prefix: Uint8Array;
  readonly after?: Key | undefined;
  readonly limit?: number | undefined;
}

/**
 * Errors are `StoreError`s: `backend_gone` (with `settled: false` when the answer to a commit was lost and could not be
 * found out), `read_only`, `full`, `damaged`, `not_a_store`, `newer_format`, `closed`.
 */
export interface Backend {
  /** For messages: `memory`, `lmdb`, `postgres`. */
  readonly name: string;
  read(key: Key): Promise<Uint8Array | undefined>;
  /** A reader that stops early gives the snapshot back by the iterator's `return`, as `for await` does. */
  scan(range: Range): AsyncIterable<Row>;
  commit(batch: Batch): Promise<CommitOutcome>;
  /**
   * For places that can be lost while they are open: rejects with `not_a_store` when what this back end has open is not what
   * lies in its place now, as after its directory was deleted.
   */
  confirm?(): Promise<void>;
  /** Set when the place is a server that may come back: whatever it answers meanwhile is not the end of the store. */
  readonly remote?: true;
  /** Waits for commits in flight. Afterwards every call is refused with `closed`. May be called twice. */
  close(): Promise<void>;
}

/** Returns whether the place holds no rows, so that a store can be made there. */
export async function isEmptyBackend(backend: Backend): Promise<boolean> {
  for await (const _ of backend.scan({ prefix: new Uint8Array(0), limit: 1 })) return false;
  return true;
}
