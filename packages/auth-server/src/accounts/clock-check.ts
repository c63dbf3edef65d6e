/** Compares the server's clock with the clocks of its users, by the codes that they have given. */
import type { Accounts } from './accounts.ts';
import { refusedUntil } from './last-step.ts';

/** Slow typing makes some codes late; a clock that is ahead makes nearly all of them late. */
const NEARLY_ALL = 0.9;
/** With fewer users than this, a wrong clock of one of them would decide. */
const ENOUGH_USERS = 3;

/** What the codes of all users say about the server's clock. */
export interface ClockReport {
  /** How many users have given codes. */
  readonly users: number;
  /** Whether these are enough users to judge the clock. */
  readonly isKnown: boolean;
  /** By how many time steps the users' clocks are usually ahead. Codes of more than one step are not accepted. */
  readonly steps: number;
  /** Whether nearly every code comes a step late. */
  readonly isLate: boolean;
  /** Users whose codes are refused until then (Unix seconds), since the clock was ahead once. The last to end comes first. */
  readonly refused: readonly { readonly username: string; readonly until: number }[];
}

/**
 * Reads every account. The result is the median of the users' medians: the clock of one user may be wrong, and one
 * login may be slow. Accounts that cannot be read are left out.
 *
 * @param now Unix seconds
 */
export async function checkClock(accounts: Accounts, now: number): Promise<ClockReport> {
  const medians: number[] = [];
  const refused: { username: string; until: number }[] = [];
  let logins = 0;
  let late = 0;
  for await (const account of accounts.all(() => {})) {
    const { clockOffsets, username } = account;
    const until = refusedUntil(account, now);
    if (until !== undefined) refused.push({ username, until });
    if (clockOffsets.length > 0) medians.push(median(clockOffsets));
    logins += clockOffsets.length;
    late += clockOffsets.filter((steps) => steps < 0).length;
  }
  return {
    users: medians.length,
    isKnown: medians.length >= ENOUGH_USERS,
    steps: median(medians),
    isLate: late > logins * NEARLY_ALL,
    refused: refused.sort((a, b) => b.until - a.until),
  };
}

/** Returns the median. Of an even count it is the one of the two middle values that is closer to 0. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [lower = 0, upper = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}
