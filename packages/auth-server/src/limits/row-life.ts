/** How long rows of the ledger live. */
import type { Entry } from '@countersign/secure-store';
import type { Limits } from './limits.ts';
import { unfinishedOf } from './proofs.ts';
import { countsFailures, EMPTY_ROW, type Row, withoutLapsed } from './row.ts';

const OF_ACCOUNTS = /^(account|codes)\//;

/** Returns whether the row was not touched for a day. */
export function isIdle({ value }: Entry<Row>, limits: Limits['rows'], now: number): boolean {
  return value.touched + limits.idle <= now;
}

/** Returns whether the row is kept although it is idle. */
export function mustLast({ id, value }: Entry<Row>): boolean {
  return OF_ACCOUNTS.test(id) && (countsFailures(value) || unfinishedOf(value.proofs) !== undefined);
}

/** Returns the row as it counts now: without what was forgotten, and with lapsed reservations as failures. */
export function currentRow(entry: Entry<Row> | undefined, limits: Limits['rows'], now: number): Row {
  if (!entry || (isIdle(entry, limits, now) && !mustLast(entry))) return EMPTY_ROW;
  return withoutLapsed(entry.value, limits.reservation, now);
}
