/** A back end in process memory, for tests and experiments. Its data is lost when the process ends. */
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from './backend.ts';
import { compareBytes, nameOf, startsWith } from './bytes.ts';

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
    const rows = this.#sorted.filter(
      ({ key }) => startsWith(key, prefix) && (after === undefined || compareBytes(key, after) > 0),
    );
    for (const { key, value } of rows.slice(0, limit)) yield { key: key.slice(), value: value.slice() };
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
