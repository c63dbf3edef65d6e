/**
 * What can go wrong with a store, as one class with a closed list of codes.
 *
 * A caller's mistake (a value that does not fit its schema on the way in, an id that is no text) is a `TypeError` or
 * `RangeError` instead. No message holds a secret, an id or a value.
 */

/**
 * - `wrong_passphrase`: no slot opens with what was given
 * - `locked_out`: the slot that opened this store was removed or changed, and the root key is a new one: open again
 * - `last_slot`: without this slot nothing would open the store
 * - `moved`: everything was copied to another place, and this one is written no more
 * - `damaged`: something on disk was altered, moved, cut off or put back
 * - `invalid`: an authentic record does not fit the schema it is read with
 * - `conflict`: a check of a commit did not hold; `write` says which of the writes given
 * - `exists`: an insert found a record with this id, or a store would be written over another
 * - `not_a_store`: nothing there, or something that is not ours
 * - `newer_format`: written by a later version of this software
 * - `backend_gone`: the disk or the database does not answer; nothing was changed, unless `settled` is false
 * - `read_only`: the back end cannot be written
 * - `full`: no space is left; nothing was changed
 * - `closed`: this store was closed
 */
export type StoreErrorCode =
  | 'wrong_passphrase'
  | 'locked_out'
  | 'last_slot'
  | 'moved'
  | 'damaged'
  | 'invalid'
  | 'conflict'
  | 'exists'
  | 'not_a_store'
  | 'newer_format'
  | 'backend_gone'
  | 'read_only'
  | 'full'
  | 'closed';

export interface StoreErrorDetail {
  readonly cause?: unknown;
  /** With `conflict`: the index of the write whose check did not hold. */
  readonly write?: number;
  /** `false` when a commit's answer was lost, so that it may or may not have happened. */
  readonly settled?: boolean;
}

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  readonly write: number | undefined;
  readonly settled: boolean;

  constructor(code: StoreErrorCode, message: string, detail: StoreErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.write = detail.write;
    this.settled = detail.settled ?? true;
  }
}
