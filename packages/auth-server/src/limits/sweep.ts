/** Removes rows of the ledger that were not touched for a day, and counts the rest. */
import { type Collection, type Entry, isConflict } from '@countersign/secure-store';
import type { Limits } from './limits.ts';
import type { Places } from './places.ts';
import { countsFailures, type Row } from './row.ts';
import { isIdle, mustLast } from './row-life.ts';

/** The rows to sweep. */
export interface SweepOptions {
  readonly rows: Collection<Row>;
  readonly places: Places;
  readonly limits: Limits['rows'];
  /** Unix seconds. */
  readonly now: number;
  /** Removes a row; fails with `conflict` if it has changed. */
  readonly remove: (entry: Entry<Row>) => Promise<void>;
  /** Says of an account's row that counts only correct passwords whether all of them were reported. */
  readonly isReported: (row: Row) => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/** @returns how many rows were removed, and how many are left */
export async function sweepRows(options: SweepOptions): Promise<{ removed: number; rows: number }> {
  const { rows, places, limits, now, isReported, signal } = options;
  const remove = (entry: Entry<Row>) =>
    options.remove(entry).then(
      () => true,
      (error: unknown) => {
        if (isConflict(error)) return false;
        throw error;
      },
    );
  let removed = 0;
  const left: (string | undefined)[] = [];
  for await (const entry of rows.entries({ onUnreadable: () => {} })) {
    if (signal?.aborted) return { removed, rows: left.length };
    const isRemoved =
      isIdle(entry, limits, now) &&
      (!mustLast(entry) || (!countsFailures(entry.value) && (await isReported(entry.value)))) &&
      (await remove(entry));
    if (isRemoved) removed += 1;
    else left.push(entry.value.network);
  }
  places.clear();
  for (const owner of left) places.add(owner);
  return { removed, rows: left.length };
}
