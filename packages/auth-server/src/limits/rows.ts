/**
 * The ledger's rows in the store: several are read, changed and committed together, all or nothing.
 *
 * Within one process, changes of the same rows run one after another, and those that wait for the same rows share a commit
 * (`groups.ts`); between processes the store's conditional commits decide.
 * Commits are lazy: they survive the process, and need not wait for the disk. One that cannot be written throws.
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
import { Groups } from './groups.ts';
import { KnownRows, RowWatchers } from './known-rows.ts';
import type { Limits } from './limits.ts';
import { Places } from './places.ts';
import { EMPTY_ROW, isBlank, type Row, type Rows, rowSchema, withoutLapsed } from './row.ts';
import { currentRow } from './row-life.ts';
import { sweepRows } from './sweep.ts';

const TYPICAL_ROW: Row = { ...EMPTY_ROW, network: '192.0.2.0/24' };

function collectionOf(store: Store): Collection<Row> {
  return store.collection('ledger', rowSchema);
}

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
   * Whether known rows are good enough for a result that no commit depends on: `doubted` (default) reads them again for
   * it, and `ignored` in every case.
   */
  readonly memory?: 'doubted' | 'trusted' | 'ignored' | undefined;
  /** Makes the commit as part of a larger one, which its caller repeats after a conflict. */
  readonly commit?: ((writes: readonly Write[]) => Promise<void>) | undefined;
}

type Change<K extends string, T> = (
  rows: Rows<K>,
  now: number,
  isShared: (name: K) => boolean,
) => { result: T; rows: Partial<Rows<K>> };

/** A change that was asked for. */
interface Request {
  readonly ids: Readonly<Record<string, string>>;
  readonly options: ChangeOptions;
  readonly overflow: ((id: string) => string) | undefined;
  /** Decides what becomes of the rows. `answer` returns the result to the caller, once the rows are committed. */
  readonly decide: (...given: Parameters<Change<string, unknown>>) => {
    readonly rows: Partial<Rows<string>>;
    readonly answer: () => void;
  };
  readonly reject: (error: unknown) => void;
}

/** What a request has read: entries by id, and whether its connection knew one of its rows before. */
interface Read {
  readonly entries: ReadonlyMap<string, Entry<Row> | undefined>;
  readonly isFromMemory: boolean;
}

/** A row that is about to be committed. */
interface Changed {
  /** As it is in the store. */
  readonly entry: Entry<Row> | undefined;
  readonly row: Row;
  readonly network: string | undefined;
}

export class LedgerRows {
  readonly #store: Store;
  readonly #rows: Collection<Row>;
  readonly #limits: Limits['rows'];
  readonly #clock: () => number;
  readonly #groups = new Groups<Request>((requests) => this.#run(requests));
  readonly #watchers = new RowWatchers();
  readonly #places: Places;
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
  change<K extends string, T>(
    ids: Record<K, string>,
    change: Change<K, T>,
    options: ChangeOptions = {},
  ): Promise<T> {
    const { network } = options;
    const overflow = network === undefined ? undefined : this.#places.overflowOf(network);
    return new Promise<T>((resolve, reject) => {
      const decide: Request['decide'] = (before, now, isShared) => {
        const { result, rows } = change(before as Rows<K>, now, isShared);
        return { rows, answer: () => resolve(result) };
      };
      const request = { ids, options, overflow, decide, reject };
      this.#groups.add(placesOf(request), request);
    });
  }

  /** Runs a group of requests: those that are part of a larger commit one by one, and all others in one commit. */
  async #run(requests: readonly Request[]): Promise<void> {
    const together = requests.filter(({ options }) => options.commit === undefined);
    if (together.length > 0) await this.#commitTogether(together);
    for (const request of requests) {
      const { commit } = request.options;
      if (commit) await this.#changeOnce([request], commit).catch(request.reject);
    }
  }

  async #commitTogether(requests: readonly Request[]): Promise<void> {
    const once = () => this.#changeOnce(requests, (writes) => this.#commit(writes));
    const middle = Math.floor(requests.length / 2);
    try {
      await (middle === 0 ? retryConflicts(once) : once());
    } catch (error) {
      // A large commit would lose to the small ones of another process again and again, and a damaged row must not fail
      // the requests that do not need it.
      if (middle > 0 && (isConflict(error) || isUnreadable(error)))
        for (const half of [requests.slice(0, middle), requests.slice(middle)])
          await this.#commitTogether(half);
      else for (const { reject } of requests) reject(error);
    }
  }

  async #changeOnce(
    requests: readonly Request[],
    commit: (writes: readonly Write[]) => Promise<void>,
  ): Promise<void> {
    const now = this.#now();
    const rows = new Map<string, Changed>();
    try {
      const found = new Map<string, Promise<Entry<Row> | undefined>>();
      const find = (id: string) => {
        const entry = found.get(id) ?? this.#rows.get(id);
        found.set(id, entry);
        return entry;
      };
      const reading = requests.map(async (request) => ({ request, read: await this.#read(request, find) }));
      const answers: (() => void)[] = [];
      for (const { request, read } of await Promise.all(reading))
        answers.push(await this.#decide(request, read, rows, now));
      const changes = [...rows].flatMap(([id, changed]) => this.#changeOf(id, changed) ?? []);
      if (changes.length > 0) await commit(changes.map(({ write }) => write));
      for (const { id, after, count } of changes) {
        count();
        this.#watchers.changed(id, after);
      }
      for (const answer of answers) answer();
    } catch (error) {
      for (const request of requests) request.options.known?.forget(placesOf(request));
      throw error;
    }
  }

  /** Adds the rows that a request changes to `rows`, which requests before it may have changed. */
  async #decide(
    request: Request,
    { entries, isFromMemory }: Read,
    rows: Map<string, Changed>,
    now: number,
  ): Promise<() => void> {
    const { ids, options, overflow } = request;
    const names = Object.keys(ids);
    const isThere = (id: string) => rows.has(id) || entries.get(id) !== undefined;
    const placeOf = (id: string) => (!overflow || isThere(id) || FEW.test(id) ? id : overflow(id));
    const places = Object.fromEntries(names.map((name) => [name, placeOf(ids[name] ?? '')]));
    const current = (id: string) => rows.get(id)?.row ?? currentRow(entries.get(id), this.#limits, now);
    const before = Object.fromEntries(Object.entries(places).map(([name, id]) => [name, current(id)]));
    const { rows: after, answer } = request.decide(before, now, (name) => places[name] !== ids[name]);
    const { network, memory = 'doubted' } = options;
    let isUnchanged = true;
    for (const [name, id] of Object.entries(places)) {
      const row = after[name];
      if (row === undefined || row === before[name]) continue;
      isUnchanged = false;
      // The write depends on what the first request that changes the row has read, and a new row belongs to its network.
      const first = rows.get(id) ?? { entry: entries.get(id), network };
      rows.set(id, { ...first, row: { ...row, touched: now } });
    }
    if (!isUnchanged || !isFromMemory || memory !== 'doubted') return answer;
    const again: Request = { ...request, options: { ...options, memory: 'ignored' } };
    return this.#decide(again, await this.#read(again), rows, now);
  }

  /** Returns the write of a row, the row after it, and how to count it; `undefined` when there is nothing to write. */
  #changeOf(id: string, { entry, row, network }: Changed) {
    const owner = entry ? entry.value.network : isOfStrangers(id) ? network : undefined;
    if (isBlank(row)) {
      if (!entry) return undefined;
      const count = () => this.#places.remove(owner);
      return { id, write: this.#rows.removing(entry), after: undefined, count };
    }
    const value = { ...row, network: owner };
    const write = entry ? this.#rows.replacing(entry, value) : this.#rows.inserting(id, value);
    const count = () => (entry ? undefined : this.#places.add(owner));
    return { id, write, after: { id, value, version: write.version }, count };
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

  /**
   * Removes rows that were not touched for a day, and counts the rest. To be called at the start and now and then.
   *
   * @param isReported says of an account's row that counts only correct passwords whether all of them were reported
   */
  sweep(
    isReported: (row: Row) => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<{ removed: number; rows: number }> {
    const remove = (entry: Entry<Row>) => this.#commit([this.#rows.removing(entry)]);
    const [rows, places, limits, now] = [this.#rows, this.#places, this.#limits, this.#now()];
    return sweepRows({ rows, places, limits, now, remove, isReported, signal });
  }

  /** Reads all rows of a request. With an `overflow`, both places of each are read in every case. */
  async #read(request: Request, find = (id: string) => this.#rows.get(id)): Promise<Read> {
    const { evenly = false, known, memory } = request.options;
    const ids = placesOf(request);
    const isFromMemory = ids.some((id) => known?.has(id));
    const read = async (id: string) => {
      if (memory !== 'ignored' && known?.has(id)) return [id, known.get(id)] as const;
      const entry = await find(id);
      if (!entry && evenly) await this.#openDecoy();
      known?.learn(id, entry);
      return [id, entry] as const;
    };
    return { entries: new Map(await Promise.all(ids.map(read))), isFromMemory };
  }

  #commit(writes: readonly Write[]): Promise<void> {
    return this.#store.commit(writes, { durable: false });
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

/** Returns the ids of all rows that a request may read. */
function placesOf({ ids, overflow }: Pick<Request, 'ids' | 'overflow'>): readonly string[] {
  const own = Object.values(ids);
  return overflow ? [...own, ...own.map(overflow)] : own;
}

/** Returns whether strangers can create any number of such rows. */
function isOfStrangers(id: string): boolean {
  return !FEW.test(id) && !id.startsWith('overflow/');
}
