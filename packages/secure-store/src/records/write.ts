/** The parts of an atomic commit. */
import type { RecordChange, Records } from './records.ts';

/** One part of an atomic commit: created by a collection, passed to `commit` of the same store. */
export class Write {
  /** The version of the record after the commit. For a record that is removed or unchanged, the next version. */
  readonly version: bigint;
  readonly #records: Records;
  readonly #change: RecordChange;

  constructor(records: Records, change: RecordChange) {
    this.version = change.version;
    this.#records = records;
    this.#change = change;
  }

  /** Commits several writes, all or nothing. */
  static async commit(
    records: Records,
    writes: readonly Write[],
    { durable = true }: CommitOptions = {},
  ): Promise<void> {
    await records.commit(Write.changesOf(records, writes), durable);
  }

  /** @internal */
  static changesOf(records: Records, writes: readonly Write[]): readonly RecordChange[] {
    if (writes.some((write) => write.#records !== records))
      throw new TypeError('"writes" expected writes made by collections of this store');
    return writes.map((write) => write.#change);
  }
}

/** Options of every write. */
export interface CommitOptions {
  /** Wait until the commit is on disk (default). With `false` it need only outlive this process. */
  readonly durable?: boolean | undefined;
}
