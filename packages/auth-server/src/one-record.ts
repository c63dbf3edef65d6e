/** Collections that hold one record. */
import { isDeepStrictEqual } from 'node:util';
import {
  type Collection,
  type Entry,
  retryConflicts,
  type Store,
  type Write,
} from '@countersign/secure-store';
import type { z } from 'zod';
import type { AuditEvent } from './audit/event.ts';
import type { Journal } from './audit/journal.ts';
import { isUnreadable, nothingIfUnreadable } from './store-errors.ts';

/** A change of the record, with its event and what is committed with it. */
export interface RecordChange<T> {
  readonly value: T;
  readonly event: AuditEvent;
  readonly also?: readonly Write[];
}

/** The only record of a collection. It is decrypted and validated again only if its stored bytes have changed. */
export class OneRecord<T> {
  readonly collection: Collection<T>;
  readonly #store: Store;
  readonly #id: string;
  #last: Entry<T> | undefined;

  constructor(store: Store, name: string, schema: z.ZodType<T>, id: string) {
    this.collection = store.collection(name, schema);
    this.#store = store;
    this.#id = id;
  }

  /** Reads the record. Returns the same entry as before if it has not changed. */
  async read(): Promise<Entry<T> | undefined> {
    const last = this.#last;
    const entry = last ? await this.collection.reread(last) : await this.collection.get(this.#id);
    this.#last = entry;
    return entry;
  }

  async value(): Promise<T | undefined> {
    return (await this.read())?.value;
  }

  /** Returns the value; `undefined` if there is none or it cannot be read. */
  async readableValue(): Promise<T | undefined> {
    return (await this.read().catch(nothingIfUnreadable))?.value;
  }

  /** Reads the record. One that cannot be read, such as that of a version with another schema, is removed. */
  async readOrRemove(): Promise<Entry<T> | undefined> {
    return this.read().catch(async (error: unknown) => {
      if (!isUnreadable(error) || !(await this.remove())) throw error;
      return undefined;
    });
  }

  /** Returns a write that replaces the record, or inserts it if there was none. */
  putting(entry: Entry<T> | undefined, value: T): Write {
    return entry ? this.collection.replacing(entry, value) : this.inserting(value);
  }

  inserting(value: T): Write {
    return this.collection.inserting(this.#id, value);
  }

  /** Stores the value unless it is stored already, as by another worker. */
  async keep(value: T): Promise<void> {
    await retryConflicts(async () => {
      const entry = await this.readOrRemove();
      if (!isDeepStrictEqual(entry?.value, value)) await this.#store.commit([this.putting(entry, value)]);
    });
  }

  /** @returns whether there was a record */
  remove(): Promise<boolean> {
    return this.collection.remove(this.#id);
  }

  /**
   * Changes the record, and commits the change with its event.
   *
   * @param change returns `undefined` to leave the record as it is; can be called several times
   */
  async change(
    journal: Journal,
    change: (value: T | undefined) => RecordChange<T> | undefined | Promise<RecordChange<T> | undefined>,
  ): Promise<T | undefined> {
    return retryConflicts(async () => {
      const entry = await this.read();
      const changed = await change(entry?.value);
      if (changed === undefined) return undefined;
      const { value, event, also = [] } = changed;
      await journal.commit([this.putting(entry, value), ...also], [event]);
      return value;
    });
  }
}
