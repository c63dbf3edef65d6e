/**
 * The errors of a store: one class with a closed list of codes.
 *
 * A caller's mistake, such as an input value that does not match its schema or an id that is not a string, is
 * a `TypeError` or `RangeError` instead. Messages never contain a secret, an id or a value.
 */

/**
 * The code of a `StoreError`:
 *
 * - `wrong_passphrase`: the given passphrase or key file opens no slot
 * - `locked_out`: the slot that opened this store was removed or changed and the root key was replaced; open
 *   the store again
 * - `last_slot`: removing the last slot would make the store impossible to open
 * - `moved`: the store was copied to another place, and this copy can no longer be used
 * - `damaged`: data on disk was altered, moved, truncated or rolled back
 * - `invalid`: an authentic record does not match the schema it is read with
 * - `conflict`: a check of a commit did not hold; `write` is the index of the write
 * - `exists`: an insert found a record with this id, or a store would be overwritten
 * - `not_a_store`: nothing there, or something that is not a store
 * - `newer_format`: written by a later version of this software
 * - `missing_package`: the back end needs a package that is not installed; the message names it
 * - `backend_gone`: the disk or database does not answer; nothing was changed, unless `settled` is `false`
 * - `read_only`: the back end is not writable
 * - `full`: no space left; nothing was changed
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
  | 'missing_package'
  | 'backend_gone'
  | 'read_only'
  | 'full'
  | 'closed';

/** A failure of the store or its back end. Branch on `code`. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** For `conflict`: the index of the write whose check did not hold. */
  readonly write: number | undefined;
  /** `false` when the answer to a commit was lost, so the commit may or may not have happened. */
  readonly settled: boolean;

  constructor(code: StoreErrorCode, message: string, detail: StoreErrorDetail = {}) {
    const { cause, write, settled = true } = detail;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.write = write;
    this.settled = settled;
  }
}

type StoreErrorDetail = Partial<Pick<StoreError, 'cause' | 'write' | 'settled'>>;

/** Returns the error of every call after `close`. */
export function closedStore(): StoreError {
  return new StoreError('closed', 'This store was closed.');
}
