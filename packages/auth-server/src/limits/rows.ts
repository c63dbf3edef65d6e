/**
 * The ledger's rows in the store: several are read, changed and committed together, all or nothing.
 *
 * Within one process, changes of the same rows queue up behind each other; between processes the store's conditional
 * commits decide. Commits are lazy: they survive the process, and need not wait for the disk. One that cannot be
 * written throws.
 *
 * Rows that are not touched are forgotten after a day, and there is a cap on their number (`places.ts`). Rows of existing
 * accounts are never shared, since there are only so many, and they are not forgotten while anything stands in them: a
 * lock must last.
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
import { Decoy } from '../decoy.ts';
import { isConflict, isUnreadable } from '../store-errors.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { Limits } from './limits.ts';
import { Places } from './places.ts';
import { proofsSchema, unfinishedOf } from './proofs.ts';
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
  /** On rows of accounts: right passwords, and which of them were reported. */
  proofs: proofsSchema.optional(),
  /** Where the attempt came from that made a row of strangers. */
  network: z.string().optional(),
});
export type Row = z.output<typeof rowSchema>;
export type Rows<K extends string> = Record<K, Row>;

export const EMPTY_ROW: Row = { touched: 0, tally: EMPTY_TALLY, count: 0, since: 0, passwords: 0, codes: 0 };

const TYPICAL_ROW: Row = { ...EMPTY_ROW, network: '192.0.2.0/24' };

function collectionOf(store: Store): Collection<Row> {
  return store.collection('ledger', rowSchema);
}

const ATTEMPTS_TO_COMMIT = 256;
/** Milliseconds. */
const LONGEST_PAUSE = 16;
const OF_ACCOUNTS = /^(account|totp|recovery)\//;
/** No more than accounts, or than the devices that each of them knows; and one for all. */
const FEW = /^((account|totp|recovery|device)\/|registered$)/;

interface ChangeOptions {
  /** Where the rows of strangers come from that are made. */
  readonly network?: string;
  /** To take the same time for rows that do not exist: it would show which names have been tried or have logged in lately. */
  readonly evenly?: boolean;
  /** Makes the commit as part of a larger one. A conflict in it is a StoreError, and then it is asked again. */
  readonly commit?: (writes: readonly Write[]) => Promise<void>;
}

export class LedgerRows {
  readonly #store: Store;
  readonly #rows: Collection<Row>;
  readonly #limits: Limits['rows'];
  readonly #clock: () => number;
  readonly #queue = new KeyedQueue();
  readonly #places: Places;
  readonly #decoy = new Decoy(collectionOf, TYPICAL_ROW);

  /** `clock` gives unix milliseconds. */
  constructor(options: { store: Store; limits: Limits['rows']; clock: () => number }) {
    this.#store = options.store;
    this.#rows = collectionOf(options.store);
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#places = new Places({ most: options.limits.most, key: options.store.secret('ledger-overflow') });
  }

  async get(id: string): Promise<Row | undefined> {
    return (await this.#rows.get(id))?.value;
  }

  /**
   * Reads the rows of these ids, applies `change` and commits the rows it gives; again from the start when another
   * process was faster. A row that is given back unchanged is not written, and one in which nothing stands is not
   * kept: right passwords leave no rows. `isShared` says whether others count in the same row.
   */
  async change<K extends string, T>(
    ids: Record<K, string>,
    change: (
      rows: Rows<K>,
      now: number,
      isShared: (name: K) => boolean,
    ) => { result: T; rows: Partial<Rows<K>> },
    { network, evenly = false, commit }: ChangeOptions = {},
  ): Promise<T> {
    const names = Object.keys(ids) as K[];
    const own = names.map((name) => ids[name]);
    const overflow = network === undefined ? undefined : this.#places.overflowOf(network);
    return this.#queue.runAll(overflow ? [...own, ...own.map(overflow)] : own, async () => {
      for (let attempt = 0; attempt < ATTEMPTS_TO_COMMIT; attempt++) {
        const now = this.#now();
        const places = await Promise.all(own.map((id) => this.#find(id, overflow, evenly)));
        const before = Object.fromEntries(
          names.map((name, i) => {
            const entry = places[i]?.entry;
            const row = entry && !this.#isForgotten(entry, now) ? entry.value : EMPTY_ROW;
            const tally = withLapsed(row.tally, this.#limits.reservation, now);
            return [name, tally === row.tally ? row : { ...row, tally }];
          }),
        ) as Rows<K>;
        const { result, rows } = change(before, now, (name) => places[names.indexOf(name)]?.id !== ids[name]);
        const writes: Write[] = [];
        const afterwards: (() => void)[] = [];
        names.forEach((name, i) => {
          const row: Row | undefined = rows[name];
          const place = places[i];
          if (row === undefined || row === before[name] || place === undefined) return;
          const { id, entry } = place;
          const owner = entry ? entry.value.network : isOfStrangers(id) ? network : undefined;
          const value = { ...row, touched: now, ...(owner === undefined ? {} : { network: owner }) };
          if (entry && isBlank(row)) {
            writes.push(this.#rows.removing(entry));
            afterwards.push(() => this.#places.remove(owner));
          } else if (entry) {
            writes.push(this.#rows.replacing(entry, value));
          } else if (!isBlank(row)) {
            writes.push(this.#rows.inserting(id, value));
            afterwards.push(() => this.#places.add(owner));
          }
        });
        if (writes.length === 0 || (await this.#committed(writes, commit))) {
          for (const count of afterwards) count();
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
        if (removed) this.#places.remove(undefined);
      }
    });
  }

  /** Removes rows that nobody touched for a day, and counts the rest. To be called at the start and now and then. */
  async sweep(signal?: AbortSignal): Promise<{ removed: number; rows: number }> {
    const now = this.#now();
    let removed = 0;
    const left: (string | undefined)[] = [];
    for await (const entry of this.#rows.entries({ onUnreadable: () => {} })) {
      if (signal?.aborted) return { removed, rows: left.length };
      if (this.#isForgotten(entry, now) && (await this.#committed([this.#rows.removing(entry)])))
        removed += 1;
      else left.push(entry.value.network);
    }
    this.#places.clear();
    for (const owner of left) this.#places.add(owner);
    return { removed, rows: left.length };
  }

  /** The row of that id, or where to put a new one. With an `overflow`, rows of both places are read in every case. */
  async #find(
    id: string,
    overflow: ((id: string) => string) | undefined,
    evenly: boolean,
  ): Promise<{ id: string; entry: Entry<Row> | undefined }> {
    if (!overflow) return { id, entry: await this.#read(id, evenly) };
    const place = overflow(id);
    const [entry, shared] = await Promise.all([this.#read(id, evenly), this.#read(place, evenly)]);
    return entry || FEW.test(id) ? { id, entry } : { id: place, entry: shared };
  }

  async #read(id: string, evenly: boolean): Promise<Entry<Row> | undefined> {
    const entry = await this.#rows.get(id);
    if (!entry && evenly) await this.#decoy.open();
    return entry;
  }

  #isForgotten(entry: Entry<Row>, now: number): boolean {
    return entry.value.touched + this.#limits.idle <= now && !mustLast(entry);
  }

  async #committed(
    writes: readonly Write[],
    commit = (all: readonly Write[]) => this.#store.commit(all, { durable: false }),
  ): Promise<boolean> {
    try {
      await commit(writes);
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

/** Whether it is a row that strangers make as many of as they like. */
function isOfStrangers(id: string): boolean {
  return !FEW.test(id) && !id.startsWith('overflow/');
}

/** Whether nothing stands in it that would be missed. */
function isBlank({ tally, count, passwords, codes, proofs }: Row): boolean {
  return tally.failures + tally.reserved.length + count + passwords + codes === 0 && proofs === undefined;
}

function mustLast({ id, value }: Entry<Row>): boolean {
  const { tally, passwords, codes, proofs } = value;
  const counted = tally.failures + tally.reserved.length + passwords + codes;
  return OF_ACCOUNTS.test(id) && (counted > 0 || unfinishedOf(proofs) !== undefined);
}
