/**
 * Right passwords of an account, counted before they are answered: each that no complete login followed means that someone may know the
 * password and lack the second factor. Proofs are numbered, so that a login leaves out its own, and only that one, whatever
 * else happened since.
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
  /** They have the numbers 1 to `made`. */
  made: whole,
  /** Those up to this number were reported to the owner of the account. */
  reported: whole,
  /** The latest two, latest first. */
  latest: z.array(proofSchema).max(2).readonly(),
});
export type Proofs = z.output<typeof proofsSchema>;

const NO_PROOFS: Proofs = { made: 0, reported: 0, latest: [] };

/** Right passwords without a complete login, and the last of them. */
export interface Unfinished {
  readonly count: number;
  readonly source: string;
  /** Unix seconds. */
  readonly at: number;
}

/** Whether an attempt comes from one of the account's own devices: then an unfinished login is the owner's. */
export function isFromOwnDevice({ device }: Attempt): boolean {
  return device !== undefined;
}

/** With one more, which has the number `made`. */
export function withProof(proofs: Proofs = NO_PROOFS, source: string, at: number): Proofs {
  const { made, reported, latest } = proofs;
  const number = made + 1;
  return { made: number, reported, latest: [{ number, source, at }, ...latest].slice(0, 2) };
}

/** Returns what is reported to the owner; `own` is the number of the proof that the login itself was begun with, if it was counted. */
export function unfinishedOf(
  { made, reported, latest }: Proofs = NO_PROOFS,
  own?: number,
): Unfinished | undefined {
  const isOwnCounted = own !== undefined && own > reported && own <= made;
  const count = made - reported - (isOwnCounted ? 1 : 0);
  const last = latest.find(({ number }) => number !== own);
  return count > 0 && last ? { count, source: last.source, at: last.at } : undefined;
}

/** All of them are reported, the one in progress as well. */
export function allReported(proofs: Proofs | undefined): Proofs | undefined {
  return proofs && { made: proofs.made, reported: proofs.made, latest: [] };
}
