/**
 * The ledger's rows in the store: several are read, changed and committed together, all or nothing.
 *
 * Within one process, changes of the same rows queue up behind each other; between processes the store's conditional
 * commits decide. Commits are lazy: they survive the process, and need not wait for the disk. One that cannot be
 * written throws.
 *
 * Rows that nobody touches are forgotten after a day, and there is a cap on their number: when it is reached,
 * newcomers of one kind share a row. Rows of existing accounts, and of the sources that have logged in to them, are not
 * shared, since there are only so many; those of accounts are not forgotten either while anything stands in them: a lock
 * must last.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Collection,
  type Entry,
  type Store,
  StoreError,
  type Unreadable,
  type Write,
} from '@countersign/secure-store';
import { z } from 'zod';
import { isConflict, isUnreadable } from '../store-errors.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { Limits } from './limits.ts';
import { EMPTY_TALLY, type Tally, tallySchema, withLapsed } from './tally.ts';

const rowSchema = z.strictObject({
  touched: z.int().min(0),
  tally: tallySchema,
  /** A simple counter in a window of time: registrations of this day, changes of an account in this hour. */
  count: z.int().min(0),
  since: z.int().min(0),
  /** On rows of accounts: what failed since the last login. */
  passwords: z.int().min(0),
  codes: z.int().min(0),
});
export type Row = z.output<typeof rowSchema>;
export type Rows<K extends string> = Record<K, Row>;

const EMPTY_ROW: Row = { touched: 0, tally: EMPTY_TALLY, count: 0, since: 0, passwords: 0, codes: 0 };

const ATTEMPTS_TO_COMMIT = 256;
/** Milliseconds. */
const LONGEST_PAUSE = 16;
const OF_ACCOUNTS = /^(account|totp|recovery)\//;
/** No more than accounts, or than the sources that each of them knows. */
const FEW = /^(account|totp|recovery|familiar)\//;

export class LedgerRows {
  readonly #store: Store;
  readonly #rows: Collection<Row>;
  readonly #limits: Limits['rows'];
  readonly #clock: () => number;
  readonly #queue = new KeyedQueue();
  /** As the last sweep counted them, and those made here since. Other processes' are seen by the next sweep. */
  #count = 0;

  /** `clock` gives unix milliseconds. */
  constructor(options: { store: Store; limits: Limits['rows']; clock: () => number }) {
    this.#store = options.store;
    this.#rows = options.store.collection('ledger', rowSchema);
    this.#limits = options.limits;
    this.#clock = options.clock;
  }

  async get(id: string): Promise<Row | undefined> {
    return (await this.#rows.get(id))?.value;
  }

  /**
   * Reads the rows of these ids, applies `change` and commits the rows it gives; again from the start when another
   * process was faster. A row that is given back unchanged is not written.
   */
  async change<K extends string, T>(
    ids: Record<K, string>,
    change: (rows: Rows<K>, now: number) => { result: T; rows: Partial<Rows<K>> },
  ): Promise<T> {
    const names = Object.keys(ids) as K[];
    const own = names.map((name) => ids[name]);
    return this.#queue.runAll(this.#isFull ? [...own, ...own.map(placeOf)] : own, async () => {
      for (let attempt = 0; attempt < ATTEMPTS_TO_COMMIT; attempt++) {
        const now = this.#now();
        const places = await Promise.all(own.map((id) => this.#find(id)));
        const before = Object.fromEntries(
          names.map((name, i) => {
            const row = places[i]?.entry?.value ?? EMPTY_ROW;
            const tally = withLapsed(row.tally, this.#limits.reservation, now);
            return [name, tally === row.tally ? row : { ...row, tally }];
          }),
        ) as Rows<K>;
        const { result, rows } = change(before, now);
        const writes: Write[] = [];
        let made = 0;
        names.forEach((name, i) => {
          const row: Row | undefined = rows[name];
          const place = places[i];
          if (row === undefined || row === before[name] || place === undefined) return;
          const value = { ...row, touched: now };
          if (!place.entry) made += 1;
          writes.push(
            place.entry ? this.#rows.replacing(place.entry, value) : this.#rows.inserting(place.id, value),
          );
        });
        if (writes.length === 0 || (await this.#committed(writes))) {
          this.#count += made;
          return result;
        }
        // Whoever changes few rows is faster each time than whoever changes many, until they fall out of step.
        await sleep(Math.random() * Math.min(LONGEST_PAUSE, attempt));
      }
      throw new StoreError('conflict', 'the ledger of attempts is too busy');
    });
  }

  /** Every row's id, and its failures at the moment with what lapsed counted. */
  async *all(
    onUnreadable: (unreadable: Unreadable) => void = () => {},
  ): AsyncIterable<{ id: string; tally: Tally; now: number }> {
    for await (const { id, value } of this.#rows.entries({ onUnreadable })) {
      const now = this.#now();
      yield { id, tally: withLapsed(value.tally, this.#limits.reservation, now), now };
    }
  }

  /** The end of these rows, where there are any; one that cannot be read stays. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.#queue.runAll(ids, async () => {
      for (const id of ids) {
        const removed = await this.#rows.remove(id, { durable: false }).catch((error: unknown) => {
          if (!isUnreadable(error)) throw error;
          return false;
        });
        if (removed) this.#count -= 1;
      }
    });
  }

  /** Removes rows that nobody touched for a day, and counts the rest. To be called at the start and now and then. */
  async sweep(signal?: AbortSignal): Promise<{ removed: number; rows: number }> {
    const now = this.#now();
    let removed = 0;
    let rows = 0;
    for await (const entry of this.#rows.entries({ onUnreadable: () => {} })) {
      if (signal?.aborted) return { removed, rows };
      const forgotten = entry.value.touched + this.#limits.idle <= now && !mustLast(entry);
      if (forgotten && (await this.#committed([this.#rows.removing(entry)]))) removed += 1;
      else rows += 1;
    }
    this.#count = rows;
    return { removed, rows };
  }

  get #isFull(): boolean {
    return this.#count >= this.#limits.most;
  }

  /** The row of that id, or where to put a new one. */
  async #find(id: string): Promise<{ id: string; entry: Entry<Row> | undefined }> {
    const entry = await this.#rows.get(id);
    if (entry || !this.#isFull) return { id, entry };
    const place = placeOf(id);
    return { id: place, entry: await this.#rows.get(place) };
  }

  async #committed(writes: readonly Write[]): Promise<boolean> {
    try {
      await this.#store.commit(writes, { durable: false });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

/** Where a newcomer's row lies when the ledger is full: one row for all of its kind. */
function placeOf(id: string): string {
  return FEW.test(id) ? id : `${id.slice(0, id.indexOf('/') + 1)}overflow`;
}

function mustLast({ id, value }: Entry<Row>): boolean {
  const { tally, passwords, codes } = value;
  return OF_ACCOUNTS.test(id) && tally.failures + tally.reserved.length + passwords + codes > 0;
}
