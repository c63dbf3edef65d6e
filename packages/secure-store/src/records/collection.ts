/** Collections: validated values, each stored as one record under a string id. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { hexOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { nextVersion } from '../sealing/envelope.ts';
import type { CollectionNames } from './names.ts';
import { damagedRecord, type PlacedRecord, readPage, readRecord } from './records.ts';
import { isConflict, retryConflicts } from './retry.ts';
import type { FoundRecord } from './row.ts';
import { fromBytes, toBytes } from './schema.ts';
import { type CommitOptions, commitWrites, type RecordChange, Write } from './write.ts';

/** A record as it was read: the value to work with, and the version that a conditional write expects. */
export interface Entry<T> {
  readonly id: string;
  readonly value: T;
  /**
   * Changes with every change of the record. A record that was removed and inserted again gets a different
   * version.
   */
  readonly version: bigint;
}

/** A record that an iteration could not read. */
export interface Unreadable {
  /** The key in the back end, as in the report of `store.check`. The id is unknown, as it is encrypted. */
  readonly place: string;
  /** `damaged`, or `invalid` for an authentic record that does not match the schema. */
  readonly error: StoreError;
}

/** Options of `entries`. */
export interface EntriesOptions {
  /** Called for each unreadable record. Without it, the first such record ends the iteration with its error. */
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
}

/**
 * A named set of records with one schema.
 *
 * Values are JSON values that may also contain `Uint8Array`s and bigints. A value is validated when it is
 * written and when it is read, so the output of the schema must be valid input to it. Ids are well-formed
 * strings of 1 to 1024 bytes of UTF-8.
 *
 * An input value that does not match the schema is a `TypeError`. Every method can throw:
 *
 * @throws {StoreError} as `Backend`
 * @throws {StoreError} locked_out
 * @throws {StoreError} invalid when reading an authentic record that does not match the schema
 */
export class Collection<T> {
  readonly #keyring: Keyring;
  readonly #names: CollectionNames;
  readonly #schema: StandardSchemaV1<unknown, T>;
  /** The stored bytes of entries, for `reread`. */
  readonly #sealed = new WeakMap<Entry<T>, Uint8Array>();
  /** For each id, the last update of this process; updates of the same id run one after another. */
  readonly #updates = new Map<string, Promise<unknown>>();

  constructor(keyring: Keyring, names: CollectionNames, schema: StandardSchemaV1<unknown, T>) {
    this.#keyring = keyring;
    this.#names = names;
    this.#schema = schema;
  }

  /** Returns the record, or `undefined` when there is none. */
  async get(id: string): Promise<Entry<T> | undefined> {
    return await this.#read(id);
  }

  /** Reads a record again. Returns the same entry, without opening it, if it has not changed. */
  async reread(entry: Entry<T>): Promise<Entry<T> | undefined> {
    return await this.#read(entry.id, entry);
  }

  async #read(id: string, known?: Entry<T>): Promise<Entry<T> | undefined> {
    const found = await readRecord(this.#keyring, this.#names, id, known && this.#sealed.get(known));
    if (found === 'unchanged' || found === undefined) return found && known;
    const entry = this.#entryOf(found);
    this.#sealed.set(entry, found.sealed);
    return entry;
  }

  /**
   * Inserts a new record.
   *
   * @throws {StoreError} exists
   */
  async insert(id: string, value: T, options: CommitOptions = {}): Promise<void> {
    try {
      await commitWrites(this.#keyring, [this.inserting(id, value)], options);
    } catch (error) {
      if (isConflict(error))
        throw new StoreError('exists', 'A record with this id already exists.', { cause: error });
      throw error;
    }
  }

  /**
   * Reads a record, changes it and commits. Starts again if the record was changed meanwhile.
   *
   * @param change returns the new value, or `undefined` to leave the record as it is; can be called several
   *   times
   * @returns the current value of the record, or `undefined` when there is no record
   * @throws {StoreError} conflict after 256 attempts
   */
  async update(
    id: string,
    change: (value: T) => T | undefined,
    options: CommitOptions = {},
  ): Promise<T | undefined> {
    const before = this.#updates.get(id);
    const mine = (async () => {
      await before?.catch(() => {});
      return await this.#update(id, change, options);
    })();
    this.#updates.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#updates.get(id) === mine) this.#updates.delete(id);
    }
  }

  async #update(
    id: string,
    change: (value: T) => T | undefined,
    options: CommitOptions,
  ): Promise<T | undefined> {
    return await retryConflicts(async () => {
      const entry = await this.get(id);
      const next = entry && change(entry.value);
      if (entry === undefined || next === undefined) return entry?.value;
      await commitWrites(this.#keyring, [this.replacing(entry, next)], options);
      return next;
    });
  }

  /**
   * Removes a record.
   *
   * @returns whether it existed
   */
  async remove(id: string, options: CommitOptions = {}): Promise<boolean> {
    return await retryConflicts(async () => {
      const found = await readRecord(this.#keyring, this.#names, id);
      if (typeof found !== 'object') return false;
      await commitWrites(this.#keyring, [this.#write(id, found.version, undefined)], options);
      return true;
    });
  }

  /**
   * Iterates over all records, in an order that reveals nothing about their ids. Records are read in pages:
   * each entry is as it was at some moment of the iteration.
   */
  async *entries({ onUnreadable = refuse }: EntriesOptions = {}): AsyncGenerator<Entry<T>> {
    let last: Uint8Array | undefined;
    for (;;) {
      const page = await readPage(this.#keyring, this.#names, last, PAGE);
      for (const placed of page) {
        const entry = this.#readable(placed, onUnreadable);
        if (entry !== undefined) yield entry;
      }
      const end = page.at(-1);
      if (end === undefined || page.length < PAGE) return;
      last = end.key;
    }
  }

  /** Returns a write that inserts a record. The commit fails with `conflict` if the id exists. */
  inserting(id: string, value: T): Write {
    return this.#write(id, undefined, toBytes(this.#schema, value));
  }

  /** Returns a write that replaces a record; `conflict` if the record changed since it was read. */
  replacing(entry: Entry<T>, value: T): Write {
    return this.#write(entry.id, entry.version, toBytes(this.#schema, value));
  }

  /** Returns a write that removes a record; `conflict` if the record changed since it was read. */
  removing(entry: Entry<T>): Write {
    return this.#write(entry.id, entry.version, undefined);
  }

  /**
   * Returns the two writes that give a record another id, the removal first. Its versions continue, so that the record
   * under the old id, put back, is an older one. The commit fails with `conflict` if the record changed since it was
   * read, or if the new id exists.
   */
  moving(entry: Entry<T>, id: string, value: T): readonly [removal: Write, insertion: Write] {
    const insertion = this.#write(id, undefined, toBytes(this.#schema, value), nextVersion(entry.version));
    return [this.removing(entry), insertion];
  }

  /** Returns a condition without a change; `conflict` if the record changed since it was read. */
  unchanged(entry: Entry<T>): Write {
    return this.#write(entry.id, entry.version, 'unchanged');
  }

  #write(
    id: string,
    expected: bigint | undefined,
    value: RecordChange['value'],
    version = nextVersion(expected),
  ): Write {
    const record = this.#names.recordTag(id);
    return new Write(this.#keyring, { collection: this.#names.tag, record, id, expected, version, value });
  }

  #readable(
    { key, found }: PlacedRecord,
    onUnreadable: (unreadable: Unreadable) => void,
  ): Entry<T> | undefined {
    try {
      if (typeof found === 'string') throw damagedRecord(this.#names);
      return this.#entryOf(found);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      onUnreadable({ place: hexOf(key), error });
      return undefined;
    }
  }

  #entryOf({ id, version, value }: FoundRecord): Entry<T> {
    return { id, version, value: fromBytes(this.#schema, value, this.#names.name) };
  }
}

function refuse({ error }: Unreadable): never {
  throw error;
}

/** How many entries an iteration reads at a time. */
const PAGE = 256;
