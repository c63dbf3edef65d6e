/** Collections: validated values under ids of text, one record each. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { hexOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { nextVersion } from '../sealing/envelope.ts';
import type { CollectionNames } from './names.ts';
import {
  damagedRecord,
  type FoundRecord,
  type PlacedRecord,
  type RecordChange,
  type Records,
  tagOf,
} from './records.ts';
import { fromBytes, toBytes } from './schema.ts';

export interface Entry<T> {
  readonly id: string;
  readonly value: T;
  /** Changes with every change of the record; never the same again for a record removed and inserted anew. */
  readonly version: bigint;
}

/** A record that an iteration could not give. */
export interface Unreadable {
  /** The key in the back end, as `store.check` names it: what its id is cannot be told. */
  readonly place: string;
  /** `damaged`, or `invalid` for an authentic record that does not fit the schema. */
  readonly error: StoreError;
}

/** One part of an atomic commit: made by a collection, given to `commit` of the same store. */
export class Write {
  /** The version that the record has after the commit: of a record that is removed or not changed, the one after its last. */
  readonly version: bigint;
  readonly #records: Records;
  readonly #change: RecordChange | Promise<RecordChange>;

  constructor(records: Records, version: bigint, change: RecordChange | Promise<RecordChange>) {
    this.version = version;
    this.#records = records;
    this.#change = change;
    // Whoever commits it hears of it; nobody else needs to.
    if (change instanceof Promise) change.catch(() => {});
  }

  /** Commits several at once, all or nothing. */
  static async commit(
    records: Records,
    writes: readonly Write[],
    { durable = true }: CommitOptions = {},
  ): Promise<void> {
    await records.commit(await Write.changesOf(records, writes), durable);
  }

  /** @internal */
  static async changesOf(records: Records, writes: readonly Write[]): Promise<readonly RecordChange[]> {
    if (writes.some((write) => write.#records !== records))
      throw new TypeError('"writes" expected writes made by collections of this store');
    const changes: RecordChange[] = [];
    for (const write of writes) changes.push(await write.#change);
    return changes;
  }
}

export interface CommitOptions {
  /** Answer only when it is on disk (default). `false` asks only that it outlives this process. */
  readonly durable?: boolean | undefined;
}

export interface UpdateOptions extends CommitOptions {
  /** How many times to read, change and try to commit before giving up with `conflict`; default 16. */
  readonly attempts?: number | undefined;
}

export interface EntriesOptions {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
}

/**
 * Values are what JSON can hold, and `Uint8Array`s and big integers; a value is validated when it is written and when it is
 * read, so what the schema gives must be acceptable to the schema. Ids are well-formed text of 1 to 1024 bytes.
 *
 * Every method may throw `StoreError` with `backend_gone`, `closed`, `damaged`, `locked_out`; those that write also
 * `read_only` and `full`; those that read also `invalid` for an authentic record that does not fit the schema. A value
 * that does not fit on its way in is a `TypeError`.
 */
export class Collection<T> {
  readonly #records: Records;
  readonly #names: CollectionNames;
  readonly #schema: StandardSchemaV1<unknown, T>;
  /** By id, the last of the updates of this process that wait for each other. */
  readonly #updates = new Map<string, Promise<unknown>>();

  constructor(records: Records, names: CollectionNames, schema: StandardSchemaV1<unknown, T>) {
    this.#records = records;
    this.#names = names;
    this.#schema = schema;
  }

  async get(id: string): Promise<Entry<T> | undefined> {
    const found = await this.#records.read(this.#names, id);
    return found && (await this.#entryOf(found));
  }

  /** @throws StoreError `exists` */
  async insert(id: string, value: T, options: CommitOptions = {}): Promise<void> {
    try {
      await Write.commit(this.#records, [this.inserting(id, value)], options);
    } catch (error) {
      if (isConflict(error))
        throw new StoreError('exists', 'A record with this id is already there.', { cause: error });
      throw error;
    }
  }

  /**
   * Reads, changes, commits unless somebody changed the record meanwhile, and then starts again.
   *
   * @param change gives the new value, or nothing to leave the record as it is; it may be called several times
   * @returns the value that the record has now; nothing when there is no such record
   * @throws StoreError `conflict` after `attempts`
   */
  async update(
    id: string,
    change: (value: T) => T | undefined,
    options: UpdateOptions = {},
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
    { attempts = 16, ...options }: UpdateOptions,
  ): Promise<T | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const entry = await this.get(id);
      if (entry === undefined) return undefined;
      const next = change(entry.value);
      if (next === undefined) return entry.value;
      try {
        await Write.commit(this.#records, [this.replacing(entry, next)], options);
        return next;
      } catch (error) {
        if (!isConflict(error) || attempt >= attempts) throw error;
      }
    }
  }

  /** @returns whether it was there */
  async remove(id: string, options: CommitOptions = {}): Promise<boolean> {
    for (;;) {
      const found = await this.#records.read(this.#names, id);
      if (found === undefined) return false;
      try {
        await Write.commit(this.#records, [this.#write(id, found.version, { action: 'remove' })], options);
        return true;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  /**
   * All entries, in an order that tells nothing, read in pages: each entry is as it was at some moment of the iteration.
   *
   * @param options `after`: only those that come after this id in that order, whether or not it is still there.
   *   `limit`: at most so many. `onUnreadable`: hears of each record that cannot be read, and the others are given all
   *   the same; without it the first such record ends the iteration with its error.
   */
  async *entries(options: EntriesOptions = {}): AsyncGenerator<Entry<T>> {
    const { after, limit = Number.POSITIVE_INFINITY, onUnreadable = refuse } = options;
    let last = after === undefined ? undefined : this.#names.recordTag(after);
    let left = limit;
    while (left > 0) {
      const size = Math.min(PAGE, left);
      const page = await this.#records.page(this.#names, last, size);
      for (const placed of page) {
        const entry = await this.#readable(placed, onUnreadable);
        if (entry === undefined) continue;
        yield entry;
        left -= 1;
      }
      const end = page.at(-1);
      if (end === undefined || page.length < size) return;
      last = tagOf(end.key);
    }
  }

  /** A new record; the commit is a `conflict` when there is one with this id. */
  inserting(id: string, value: T): Write {
    return this.#putting(id, undefined, value);
  }

  /** Another value; the commit is a `conflict` unless the record is as it was read. */
  replacing(entry: Entry<T>, value: T): Write {
    return this.#putting(entry.id, entry.version, value);
  }

  /** The end of the record; the commit is a `conflict` unless it is as it was read. */
  removing(entry: Entry<T>): Write {
    return this.#write(entry.id, entry.version, { action: 'remove' });
  }

  /** Changes nothing; the commit is a `conflict` unless the record is as it was read. */
  unchanged(entry: Entry<T>): Write {
    return this.#write(entry.id, entry.version, { action: 'keep' });
  }

  /** Changes nothing; the commit is a `conflict` when there is a record with this id. */
  absent(id: string): Write {
    return this.#write(id, undefined, { action: 'keep' });
  }

  #putting(id: string, expected: bigint | undefined, value: T): Write {
    const record = this.#names.recordTag(id);
    const version = nextVersion(expected);
    const change = (bytes: Uint8Array): RecordChange => ({
      names: this.#names,
      record,
      id,
      expected,
      version,
      effect: { action: 'put', value: bytes },
    });
    const bytes = toBytes(this.#schema, value);
    return new Write(this.#records, version, bytes instanceof Promise ? bytes.then(change) : change(bytes));
  }

  #write(id: string, expected: bigint | undefined, effect: RecordChange['effect']): Write {
    const record = this.#names.recordTag(id);
    const version = nextVersion(expected);
    return new Write(this.#records, version, { names: this.#names, record, id, expected, version, effect });
  }

  async #readable(
    { key, found }: PlacedRecord,
    onUnreadable: (unreadable: Unreadable) => void,
  ): Promise<Entry<T> | undefined> {
    try {
      if (found === undefined) throw damagedRecord(this.#names);
      return await this.#entryOf(found);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      onUnreadable({ place: hexOf(key), error });
      return undefined;
    }
  }

  async #entryOf({ id, version, value }: FoundRecord): Promise<Entry<T>> {
    return { id, version, value: await fromBytes(this.#schema, value, this.#names.name) };
  }
}

function refuse({ error }: Unreadable): never {
  throw error;
}

/** How many entries an iteration reads at a time. */
const PAGE = 256;

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'conflict';
}
