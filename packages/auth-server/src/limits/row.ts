/** One row of the ledger. */
import { FACTORS } from '@countersign/wire-protocol';
import { z } from 'zod';
import { proofsSchema } from './proofs.ts';
import { EMPTY_TALLY, type Tally, tallySchema, withLapsed } from './tally.ts';

export const rowSchema = z.strictObject({
  touched: z.int().min(0),
  tally: tallySchema,
  /** A counter in a window of time: registrations of this day, changes of an account in this hour. */
  count: z.int().min(0),
  since: z.int().min(0),
  /** What failed on an account since the last login. */
  passwords: z.int().min(0),
  codes: z.int().min(0),
  /** On rows of codes: the attempts with each kind of factor. */
  factors: z.partialRecord(z.enum(FACTORS), tallySchema).optional(),
  /** On rows of accounts: correct passwords, and whose. */
  proofs: proofsSchema.optional(),
  username: z.string().optional(),
  /** On rows created by strangers: the network of the attempt. */
  network: z.string().optional(),
});
export type Row = z.output<typeof rowSchema>;
export type Rows<K extends string> = Record<K, Row>;

export const EMPTY_ROW: Row = { touched: 0, tally: EMPTY_TALLY, count: 0, since: 0, passwords: 0, codes: 0 };

/** Returns the row with reservations older than `patience` seconds as failures. */
export function withoutLapsed(row: Row, patience: number, now: number): Row {
  const lapsed = (tally: Tally) => withLapsed(tally, patience, now);
  const after = mapTallies(row, lapsed);
  return tallies(row).every((tally) => lapsed(tally) === tally) ? row : after;
}

/** Returns the row with each of its tallies changed. */
export function mapTallies(row: Row, change: (tally: Tally) => Tally): Row {
  const factors = Object.entries(row.factors ?? {}).map(([kind, tally]) => [kind, change(tally)]);
  return { ...row, tally: change(row.tally), factors: row.factors && Object.fromEntries(factors) };
}

/** Returns the tallies of a row. */
export function tallies({ tally, factors = {} }: Row): readonly Tally[] {
  return [tally, ...Object.values(factors)];
}

/** Returns whether the row counts failures or attempts under judgement. */
export function countsFailures(row: Row): boolean {
  const { passwords, codes } = row;
  return (
    tallies(row).some(({ failures, reserved }) => failures + reserved.length > 0) || passwords + codes > 0
  );
}

/** Returns whether the row counts nothing that would be missed. */
export function isBlank(row: Row): boolean {
  return !countsFailures(row) && row.count === 0 && row.proofs === undefined;
}
