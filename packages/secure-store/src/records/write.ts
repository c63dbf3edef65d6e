/** The parts of an atomic commit. */
import type { Check, Put } from '../backend.ts';
import { nameOf } from '../bytes.ts';
import type { Keyring, Parts } from '../keys/keyring.ts';
import type { Keys } from '../keys/keys.ts';
import { recordKey } from '../layout.ts';
import { startOf } from '../sealing/envelope.ts';
import { sealRow } from './row.ts';

/** What a write expects of a record and does to it. */
export interface RecordChange {
  /** The tag of the collection. */
  readonly collection: Uint8Array;
  /** The tag of the id. */
  readonly record: Uint8Array;
  readonly id: string;
  /** `undefined`: the record must not exist. */
  readonly expected: bigint | undefined;
  readonly version: bigint;
  /** The new content, `undefined` to remove the record, or `unchanged` to check the expectation only. */
  readonly value: Uint8Array | undefined | 'unchanged';
}

/** One part of an atomic commit: created by a collection, passed to `commit` of the same store. */
export class Write {
  /** The version of the record after the commit. For a record that is removed or unchanged, the next version. */
  readonly version: bigint;
  readonly #keyring: Keyring;
  readonly #change: RecordChange;

  constructor(keyring: Keyring, change: RecordChange) {
    this.version = change.version;
    this.#keyring = keyring;
    this.#change = change;
  }

  /**
   * @internal
   * Converts writes to checks and puts. In a commit that replaces the ring, they are sealed with the key that was
   * active so far. That is safe: they cannot be read before the ring is replaced, and `reseal` treats them like all
   * earlier records.
   *
   * @throws {TypeError} if a write was made by another store
   * @throws {RangeError} if two of the writes affect the same record
   */
  static seal(keyring: Keyring, keys: Keys, writes: readonly Write[]): Parts {
    if (writes.some((write) => write.#keyring !== keyring))
      throw new TypeError('"writes" expected writes made by collections of this store');
    const checks: Check[] = [];
    const puts: Put[] = [];
    for (const { collection, record, id, expected, version, value } of writes.map((write) => write.#change)) {
      const key = recordKey(keys.ring.generation, collection, record);
      checks.push({ key, starts: expected === undefined ? undefined : startOf(expected) });
      if (value === 'unchanged') continue;
      puts.push({ key, value: value && sealRow(keys, key, { id, version, value }) });
    }
    // Two changes of one record in one commit would contradict each other.
    if (new Set(checks.map(({ key }) => nameOf(key))).size < checks.length)
      throw new RangeError('"writes" expected at most one change of each record');
    return { checks, writes: puts };
  }
}

/** Options of every write. */
export interface CommitOptions {
  /** Wait until the commit is on disk (default). With `false` it need only outlive this process. */
  readonly durable?: boolean | undefined;
}

/**
 * Commits several writes, all or nothing.
 *
 * @throws {StoreError} conflict with the index of the write whose expectation did not hold
 */
export async function commitWrites(
  keyring: Keyring,
  writes: readonly Write[],
  { durable = true }: CommitOptions = {},
): Promise<void> {
  await keyring.commit((keys) => Write.seal(keyring, keys, writes), durable);
}
