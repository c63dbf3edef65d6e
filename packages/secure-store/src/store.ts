/** An open store: collections, atomic commits over several records, and secrets that last as long as the store. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { derive } from './keys/kdf.ts';
import { KeyLife } from './keys/key-life.ts';
import type { Keyring } from './keys/keyring.ts';
import { Collection } from './records/collection.ts';
import { namesOf } from './records/names.ts';
import { type CommitOptions, commitWrites, type Write } from './records/write.ts';
import { type BackupOptions, type BackupReport, backup } from './transfer/backup.ts';
import type { ProgressOptions } from './transfer/progress.ts';
import { type CheckReport, check } from './transfer/snapshot.ts';
import { removeLeftovers } from './transfer/staging.ts';

/** An open store, returned by `openStore`. Every method rejects with `closed` after `close`. */
export class Store {
  readonly #keyring: Keyring;
  readonly #now: () => number;
  /** Manages passphrases, slots and key rotation. */
  readonly keys: KeyLife;

  /** @internal Call `openStore` instead. */
  constructor(keyring: Keyring, now: () => number) {
    this.#keyring = keyring;
    this.#now = now;
    this.keys = new KeyLife(keyring, now);
  }

  /**
   * Returns the collection with this name; it need not be created first. Every schema used for the same name
   * must accept the records written with the others.
   */
  collection<T>(name: string, schema: StandardSchemaV1<unknown, T>): Collection<T> {
    return new Collection(this.#keyring, namesOf(this.#keyring.keys.ring.identity, name), schema);
  }

  /**
   * Applies all writes or none, after checking that every record is as the writes expect. Does not retry.
   *
   * @throws {StoreError} conflict; `write` is the index of the write whose expectation did not hold
   * @throws {RangeError} if two writes change the same record
   */
  async commit(writes: readonly Write[], options: CommitOptions = {}): Promise<void> {
    await commitWrites(this.#keyring, writes, options);
  }

  /**
   * Returns a 32-byte secret for one purpose. It is the same in every process and for the life of the store:
   * across changes of passphrase, key rotation, backup and restore.
   */
  secret(label: string): Uint8Array {
    return derive(this.#keyring.keys.ring.identity, `secret: ${label}`);
  }

  /** Opens every record in one snapshot, and compares every slot with the ring. */
  async check(options: ProgressOptions = {}): Promise<CheckReport> {
    return await check(this.#keyring, options);
  }

  /**
   * Writes a backup of one snapshot. Rows stay sealed as they are; the current passphrases open the backup.
   *
   * @throws {StoreError} damaged if a slot is damaged
   * @throws errors of `write`
   */
  async backup(options: BackupOptions): Promise<BackupReport> {
    return await backup(this.#keyring, options, this.#now());
  }

  /**
   * Deletes rows left behind by an interrupted restore, which `check` counts. A restore that is still running
   * into this store ends with `conflict`.
   *
   * @returns the number of deleted rows
   */
  async removeLeftovers(): Promise<number> {
    return await removeLeftovers(this.#keyring);
  }

  /** Waits for commits in flight, wipes the keys and closes the back end. */
  async close(): Promise<void> {
    await this.#keyring.backend.close();
    this.#keyring.close();
  }
}
