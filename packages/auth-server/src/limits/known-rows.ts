/**
 * What one connection knows of rows of the ledger: those that it has read or committed, as this process last committed
 * them. A commit that is conditional on them needs no further read; if another process has changed one, the commit fails,
 * and the rows are read again.
 *
 * Nothing here outlives its connection: a cache would reveal by its speed which names were tried lately.
 */
import type { Entry } from '@countersign/secure-store';
import type { Row } from './row.ts';

/** The rows that one connection knows. */
export class KnownRows {
  readonly #entries = new Map<string, Entry<Row> | undefined>();
  readonly #watchers: RowWatchers;

  constructor(watchers: RowWatchers) {
    this.#watchers = watchers;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Returns a known row; `undefined` when there is none in the store, or when it is not known. */
  get(id: string): Entry<Row> | undefined {
    return this.#entries.get(id);
  }

  learn(id: string, entry: Entry<Row> | undefined): void {
    this.#entries.set(id, entry);
    this.#watchers.add(id, this);
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) if (this.#entries.delete(id)) this.#watchers.remove(id, this);
  }

  /** To be called at the end of the connection. */
  close(): void {
    this.forget([...this.#entries.keys()]);
  }
}

/** Which connections of this process know a row: all of them learn of a change by one of them. */
export class RowWatchers {
  readonly #byRow = new Map<string, Set<KnownRows>>();

  add(id: string, known: KnownRows): void {
    this.#byRow.set(id, (this.#byRow.get(id) ?? new Set()).add(known));
  }

  remove(id: string, known: KnownRows): void {
    const all = this.#byRow.get(id);
    if (all?.delete(known) && all.size === 0) this.#byRow.delete(id);
  }

  /** The row was changed, or removed if there is no `entry`. */
  changed(id: string, entry: Entry<Row> | undefined): void {
    for (const known of this.#byRow.get(id) ?? []) known.learn(id, entry);
  }
}
