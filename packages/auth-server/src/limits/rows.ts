/**
 * The ledger's rows in the store: several are read, changed and committed together, all or nothing.
 *
 * Within one process, changes of the same rows are queued; between processes the store's conditional commits decide.
 * Commits are lazy: they survive the process, and need not wait for the disk. One that cannot be written throws.
 *
 * Where the store applies commits in order, a change does not wait for the commit before it but builds on it, so that many
 * logins from one address share a transaction. Its own commit is conditional on the one before, and is repeated if that one
 * fails. A result without a commit is computed from committed rows alone.
 *
 * A row that was not touched for a day is forgotten, and the number of rows is limited (`places.ts`). Rows of existing
 * accounts are never shared, since their number is limited by that of the accounts, and they are not forgotten while they
 * count anything: a lock must last.
 */
import {
  type Collection,
  type Entry,
  isConflict,
  retryConflicts,
  type Store,
  type Unreadable,
  type Write,
} from '@countersign/secure-store';
import { decoyFor } from '../decoy.ts';
import { isUnreadable } from '../store-errors.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { KnownRows, RowWatchers } from './known-rows.ts';
import type { Limits } from './limits.ts';
import { Places } from './places.ts';
import { unfinishedOf } from './proofs.ts';
import { countsFailures, EMPTY_ROW, isBlank, type Row, type Rows, rowSchema, withoutLapsed } from './row.ts';

const TYPICAL_ROW: Row = { ...EMPTY_ROW, network: '192.0.2.0/24' };

function collectionOf(store: Store): Collection<Row> {
  return store.collection('ledger', rowSchema);
}

const OF_ACCOUNTS = /^(account|codes)\//;
/** No more than accounts or the devices that each of them knows, and one for all. */
const FEW = /^((account|codes|device)\/|registered$)/;

interface ChangeOptions {
  /** The network to which rows of strangers are attributed that are created. */
  readonly network?: string | undefined;
  /** Take the same time for rows that do not exist, or it would show which names were tried or have logged in lately. */
  readonly evenly?: boolean | undefined;
  /** What the connection knows of rows already. */
  readonly known?: KnownRows | undefined;
  /**
   * Whether known rows are good enough for a result without a commit: `doubted` (default) reads them again for it, and
   * `ignored` in every case.
   */
  readonly memory?: 'doubted' | 'trusted' | 'ignored' | undefined;
  /** Makes the commit as part of a larger one, which its caller repeats after a conflict. */
  readonly commit?: ((writes: readonly Write[]) => Promise<void>) | undefined;
}

/** A row, or the place for a new one. */
interface Place {
  readonly id: string;
  readonly entry: Entry<Row> | undefined;
}

/** A row that is written. */
interface RowChange {
  readonly id: string;
  readonly write: Write;
  readonly after: Entry<Row> | undefined;
  /** Counts the row among those of its network. */
  readonly count: () => void;
}

type Change<K extends string, T> = (
  rows: Rows<K>,
  now: number,
  isShared: (name: K) => boolean,
) => { result: T; rows: Partial<Rows<K>> };

export class LedgerRows {
  readonly #store: Store;
  readonly #rows: Collection<Row>;
  readonly #limits: Limits['rows'];
  readonly #clock: () => number;
  readonly #queue = new KeyedQueue();
  readonly #watchers = new RowWatchers();
  readonly #places: Places;
  /** The rows of commits under way, as they will be. */
  readonly #upcoming = new Map<string, Pick<RowChange, 'after'>>();
  readonly #openDecoy = decoyFor(collectionOf, TYPICAL_ROW);

  /** @param options `clock`: Unix milliseconds */
  constructor(options: { store: Store; limits: Limits['rows']; clock: () => number }) {
    this.#store = options.store;
    this.#rows = collectionOf(options.store);
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#places = new Places({ limits: options.limits, key: options.store.secret('ledger-overflow') });
  }

  async get(id: string): Promise<Row | undefined> {
    return (await this.#rows.get(id))?.value;
  }

  /** Returns the rows that a new connection knows: none yet. */
  newKnownRows(): KnownRows {
    return new KnownRows(this.#watchers);
  }

  /**
   * Reads the rows of these ids, applies `change` and commits the rows that it returns; again from the start when another
   * process was faster. A row that is returned unchanged is not written, and one that counts nothing is not kept, so
   * correct passwords leave no rows. `isShared` says whether others count in the same row.
   *
   * @throws {StoreError} conflict from `commit`
   */
  async change<K extends string, T>(
    ids: Record<K, string>,
    change: Change<K, T>,
    options: ChangeOptions = {},
  ): Promise<T> {
    const { network, commit } = options;
    const own = Object.values<string>(ids);
    const overflow = network === undefined ? undefined : this.#places.overflowOf(network);
    const all = placesOf(own, overflow);
    const attempt = async () => {
      try {
        const changeOnce = () => this.#changeOnce(ids, change, options, overflow);
        const { result, committed } = await this.#queue.runAll(all, changeOnce);
        await committed;
        return result;
      } catch (error) {
        options.known?.forget(all);
        throw error;
      }
    };
    return commit ? attempt() : retryConflicts(attempt);
  }

  async #changeOnce<K extends string, T>(
    ids: Record<K, string>,
    change: Change<K, T>,
    options: ChangeOptions,
    overflow: ((id: string) => string) | undefined,
  ): Promise<{ readonly result: T; readonly committed?: Promise<void> }> {
    const { network, known, memory = 'doubted' } = options;
    const names = Object.keys(ids) as K[];
    const now = this.#now();
    const isRemembered = (id: string) => known?.has(id) || this.#upcoming.has(id);
    const isDoubted = memory === 'doubted' && placesOf(Object.values(ids), overflow).some(isRemembered);
    const places = await Promise.all(names.map((name) => this.#find(ids[name], overflow, options)));
    const before = Object.fromEntries(
      names.map((name, i) => [name, this.#current(places[i]?.entry, now)]),
    ) as Rows<K>;
    const { result, rows } = change(before, now, (name) => places[names.indexOf(name)]?.id !== ids[name]);
    const changes = names.flatMap((name, i) => {
      const row: Row | undefined = rows[name];
      const place = places[i];
      if (row === undefined || row === before[name] || place === undefined) return [];
      return this.#changeOf(place, { ...row, touched: now }, network) ?? [];
    });
    if (changes.length === 0)
      return isDoubted
        ? this.#changeOnce(ids, change, { ...options, memory: 'ignored' }, overflow)
        : { result };
    const committed = this.#committing(changes, options);
    if (options.commit || !this.#store.appliesInOrder) await committed;
    return { result, committed };
  }

  /** Commits the changes. Until then, further changes of these rows in this process build on them. */
  async #committing(
    changes: readonly RowChange[],
    { known, commit = (all) => this.#commit(all) }: ChangeOptions,
  ): Promise<void> {
    for (const row of changes) this.#upcoming.set(row.id, row);
    try {
      await commit(changes.map(({ write }) => write));
    } finally {
      for (const row of changes) if (this.#upcoming.get(row.id) === row) this.#upcoming.delete(row.id);
    }
    for (const { id, after, count } of changes) {
      count();
      this.#watchers.changed(id, known);
      known?.learn(id, after);
    }
  }

  /** Returns the change of a row; `undefined` when there is nothing to write. */
  #changeOf({ id, entry }: Place, row: Row, network: string | undefined): RowChange | undefined {
    const owner = entry ? entry.value.network : isOfStrangers(id) ? network : undefined;
    if (isBlank(row)) {
      if (!entry) return undefined;
      return {
        id,
        write: this.#rows.removing(entry),
        after: undefined,
        count: () => this.#places.remove(owner),
      };
    }
    const value = { ...row, network: owner };
    const write = entry ? this.#rows.replacing(entry, value) : this.#rows.inserting(id, value);
    const count = () => {
      if (!entry) this.#places.add(owner);
    };
    return { id, write, after: { id, value, version: write.version }, count };
  }

  /** Returns the row as it counts now: without what was forgotten, and with lapsed reservations as failures. */
  #current(entry: Entry<Row> | undefined, now: number): Row {
    if (!entry || this.#isForgotten(entry, now)) return EMPTY_ROW;
    return withoutLapsed(entry.value, this.#limits.reservation, now);
  }

  /** Yields the id of every row, and the row as it counts now. */
  async *all(
    onUnreadable: (unreadable: Unreadable) => void = () => {},
  ): AsyncIterable<{ id: string; row: Row; now: number }> {
    for await (const { id, value } of this.#rows.entries({ onUnreadable })) {
      const now = this.#now();
      yield { id, row: withoutLapsed(value, this.#limits.reservation, now), now };
    }
  }

  /** Removes these rows, where they exist. One that cannot be read stays. */
  async remove(ids: readonly string[]): Promise<void> {
    await this.#queue.runAll(ids, async () => {
      for (const id of ids) {
        const removed = await this.#rows.remove(id, { durable: false }).catch((error: unknown) => {
          if (!isUnreadable(error)) throw error;
          return false;
        });
        if (removed) this.#places.remove(undefined);
        this.#watchers.changed(id, undefined);
      }
    });
  }

  /**
   * Removes rows that were not touched for a day, and counts the rest. To be called at the start and now and then.
   *
   * @param isReported says of an account's row that counts only correct passwords whether all of them were reported
   */
  async sweep(
    isReported: (row: Row) => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<{ removed: number; rows: number }> {
    const now = this.#now();
    let removed = 0;
    const left: (string | undefined)[] = [];
    for await (const entry of this.#rows.entries({ onUnreadable: () => {} })) {
      if (signal?.aborted) return { removed, rows: left.length };
      const isRemoved =
        this.#isIdle(entry, now) &&
        (!mustLast(entry) || (!countsFailures(entry.value) && (await isReported(entry.value)))) &&
        (await this.#isRemoved(entry));
      if (isRemoved) removed += 1;
      else left.push(entry.value.network);
    }
    this.#places.clear();
    for (const owner of left) this.#places.add(owner);
    return { removed, rows: left.length };
  }

  /** Returns the row of that id, or the place for a new one. With an `overflow`, both places are read in every case. */
  async #find(
    id: string,
    overflow: ((id: string) => string) | undefined,
    options: ChangeOptions,
  ): Promise<Place> {
    if (!overflow) return { id, entry: await this.#read(id, options) };
    const place = overflow(id);
    const [entry, shared] = await Promise.all([this.#read(id, options), this.#read(place, options)]);
    return entry || FEW.test(id) ? { id, entry } : { id: place, entry: shared };
  }

  async #read(
    id: string,
    { evenly, known, memory = 'doubted' }: ChangeOptions,
  ): Promise<Entry<Row> | undefined> {
    const upcoming = memory === 'doubted' ? this.#upcoming.get(id) : undefined;
    if (upcoming) return upcoming.after;
    if (memory !== 'ignored' && known?.has(id)) return known.get(id);
    const entry = await this.#rows.get(id);
    if (!entry && evenly) await this.#openDecoy();
    known?.learn(id, entry);
    return entry;
  }

  #isIdle({ value }: Entry<Row>, now: number): boolean {
    return value.touched + this.#limits.idle <= now;
  }

  #isForgotten(entry: Entry<Row>, now: number): boolean {
    return this.#isIdle(entry, now) && !mustLast(entry);
  }

  async #isRemoved(entry: Entry<Row>): Promise<boolean> {
    try {
      await this.#commit([this.#rows.removing(entry)]);
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  #commit(writes: readonly Write[]): Promise<void> {
    return this.#store.commit(writes, { durable: false });
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

/** Returns the ids under which these rows can be stored. */
function placesOf(ids: readonly string[], overflow: ((id: string) => string) | undefined): readonly string[] {
  return overflow ? [...ids, ...ids.map(overflow)] : ids;
}

/** Returns whether strangers can create any number of such rows. */
function isOfStrangers(id: string): boolean {
  return !FEW.test(id) && !id.startsWith('overflow/');
}

function mustLast({ id, value }: Entry<Row>): boolean {
  return OF_ACCOUNTS.test(id) && (countsFailures(value) || unfinishedOf(value.proofs) !== undefined);
}
