/** An opened store: collections, atomic commits over several records, and secrets that last as long as the store. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Backend } from './backend.ts';
import { derive } from './keys/kdf.ts';
import { KeyLife } from './keys/key-life.ts';
import type { Keyring } from './keys/keyring.ts';
import { Collection, type CommitOptions, Write } from './records/collection.ts';
import { namesOf } from './records/names.ts';
import { Records } from './records/records.ts';
import { type BackupOptions, type BackupReport, backup } from './transfer/backup.ts';
import { type CheckOptions, type CheckReport, check } from './transfer/check.ts';
import { removeLeftovers } from './transfer/staging.ts';

export class Store {
  readonly #backend: Backend;
  readonly #keyring: Keyring;
  readonly #records: Records;
  readonly #now: () => number;
  /** Passphrases, slots and rotation. */
  readonly keys: KeyLife;

  /** @internal Stores are made by `openStore`. */
  constructor(backend: Backend, keyring: Keyring, now: () => number) {
    this.#backend = backend;
    this.#keyring = keyring;
    this.#records = new Records(backend, keyring);
    this.#now = now;
    this.keys = new KeyLife(backend, keyring, this.#records, now);
  }

  /** The collection of this name; it needs no making. Each use of a name must give a schema that reads the others' values. */
  collection<T>(name: string, schema: StandardSchemaV1<unknown, T>): Collection<T> {
    return new Collection(this.#records, namesOf(this.#keyring.keys.ring.identity, name), schema);
  }

  /**
   * Does all writes or none, after checking that every record is as the writes expect.
   *
   * @throws StoreError `conflict`, whose `write` is the index of the write whose expectation did not hold; nothing is
   *   retried
   * @throws RangeError when two of the writes change the same record
   */
  async commit(writes: readonly Write[], options: CommitOptions = {}): Promise<void> {
    await Write.commit(this.#records, writes, options);
  }

  /**
   * 32 bytes for one purpose, the same in every process and for the whole life of the store: through changes of
   * passphrase, rotation of keys, backup and restore.
   */
  secret(label: string): Uint8Array {
    return derive(this.#keyring.keys.ring.identity, `secret: ${label}`);
  }

  /** Opens every record, in one snapshot, and compares every slot with what the ring says of it. */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    return await check(this.#backend, this.#keyring, options);
  }

  /**
   * Writes a backup: one snapshot, sealed as it lies here, which opens with the passphrases of this moment.
   *
   * @throws StoreError `damaged` when a slot is; whatever `write` throws
   */
  async backup(options: BackupOptions): Promise<BackupReport> {
    return await backup(this.#backend, this.#keyring, options, this.#now());
  }

  /**
   * Deletes what an interrupted restore left behind, which `check` counts. A restore going on in this place ends with `conflict`.
   *
   * @returns how many rows
   */
  async removeLeftovers(): Promise<number> {
    return await removeLeftovers(this.#backend, this.#keyring);
  }

  /** Waits for commits in flight, forgets the keys and closes the back end. */
  async close(): Promise<void> {
    await this.#backend.close();
    this.#keyring.close();
  }
}
