/**
 * Correct passwords of an account, counted before they are answered. One that no complete login followed means that
 * someone may know the password and lack the second factor. Proofs are numbered, so that a login leaves out its own, and
 * only that one, whatever else happened since.
 *
 * A login that has nothing to report does not change the row in which they are counted: it stores the number of its own
 * proof in the account (`account.proofs`), and all up to the higher of the two marks count as reported.
 */
import { z } from 'zod';
import type { Attempt } from './attempt.ts';

const whole = z.int().min(0);

const proofSchema = z.strictObject({
  number: whole,
  source: z.string(),
  /** Unix seconds. */
  at: whole,
});

export const proofsSchema = z.strictObject({
  /** Their numbers are 1 to `made`. */
  made: whole,
  /** Those up to this number were reported to the owner of the account. */
  reported: whole,
  /** The latest two, latest first. */
  latest: z.array(proofSchema).max(2).readonly(),
});
export type Proofs = z.output<typeof proofsSchema>;

const NO_PROOFS: Proofs = { made: 0, reported: 0, latest: [] };

/** Correct passwords without a complete login, and the last of them. */
export interface Unfinished {
  readonly count: number;
  readonly source: string;
  /** Unix seconds. */
  readonly at: number;
}

/** Returns whether an attempt comes from a device of the account: then an unfinished login is the owner's. */
export function isFromOwnDevice({ device }: Attempt): boolean {
  return device !== undefined;
}

/** Returns the proofs with one more, whose number is `made`. `mark` is the account's. */
export function withProof(proofs: Proofs = NO_PROOFS, source: string, at: number, mark = 0): Proofs {
  const { made, reported, latest } = marked(proofs, mark);
  const number = made + 1;
  return { made: number, reported, latest: [{ number, source, at }, ...latest].slice(0, 2) };
}

/**
 * Returns what is to be reported to the owner.
 *
 * @param own the number of the proof with which the login itself began, if it was counted
 * @param mark the account's
 */
export function unfinishedOf(proofs: Proofs = NO_PROOFS, own?: number, mark = 0): Unfinished | undefined {
  const { made, reported, latest } = marked(proofs, mark);
  const isOwnCounted = own !== undefined && own > reported && own <= made;
  const count = made - reported - (isOwnCounted ? 1 : 0);
  const last = latest.find(({ number }) => number !== own);
  return count > 0 && last ? { count, source: last.source, at: last.at } : undefined;
}

/** Rows can be older than the account: they are forgotten, and a backup can be restored without them. */
function marked({ made, reported, latest }: Proofs, mark: number): Proofs {
  return { made: Math.max(made, mark), reported: Math.max(reported, mark), latest };
}

/** Returns the proofs as reported, including the one in progress. */
export function allReported(proofs: Proofs | undefined): Proofs | undefined {
  return proofs && { made: proofs.made, reported: proofs.made, latest: [] };
}
