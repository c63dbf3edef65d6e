/** A back end in process memory, for tests and experiments. Its data is lost when the process ends. */
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from './backend.ts';
import { compareBytes, endOfPrefix, startsWith } from './bytes.ts';

/**
 * Returns a new, empty back end in memory. Stores opened on the same back end share its data, as processes
 * share a directory; closing it therefore does nothing.
 */
export function memoryBackend(): Backend {
  return new MemoryBackend();
}

class MemoryBackend implements Backend {
  readonly name = 'memory';
  readonly #rows = new Map<string, Row>();
  /** The rows in key order; cleared by each commit. */
  #sorted: readonly Row[] | undefined;

  async read(key: Key): Promise<Uint8Array | undefined> {
    return this.#rows.get(nameOf(key))?.value.slice();
  }

  async *scan({ prefix, after, limit = Number.POSITIVE_INFINITY }: Range): AsyncGenerator<Row> {
    this.#sorted ??= [...this.#rows.values()].sort((a, b) => compareBytes(a.key, b.key));
    const snapshot = this.#sorted;
    const end = endOfPrefix(prefix);
    let given = 0;
    for (let i = firstFrom(snapshot, prefix); i < snapshot.length && given < limit; i += 1) {
      const row = snapshot[i];
      if (row === undefined || compareBytes(row.key, end) >= 0) return;
      if (after !== undefined && compareBytes(row.key, after) <= 0) continue;
      given += 1;
      yield { key: row.key.slice(), value: row.value.slice() };
    }
  }

  async commit({ checks, writes }: Batch): Promise<CommitOutcome> {
    const failed = checks.findIndex(({ key, starts }) => {
      const value = this.#rows.get(nameOf(key))?.value;
      return starts === undefined ? value !== undefined : value === undefined || !startsWith(value, starts);
    });
    if (failed >= 0) return { committed: false, failed };
    for (const { key, value } of writes) {
      if (value === undefined) this.#rows.delete(nameOf(key));
      else this.#rows.set(nameOf(key), { key: key.slice(), value: value.slice() });
    }
    this.#sorted = undefined;
    return { committed: true };
  }

  async close(): Promise<void> {}
}

function nameOf(key: Key): string {
  return String.fromCharCode(...key);
}

function firstFrom(rows: readonly Row[], key: Key): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && compareBytes(row.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
