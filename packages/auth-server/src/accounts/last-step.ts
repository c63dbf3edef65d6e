/** Time steps in the future, left by a clock that ran ahead: correct codes count as used until then. */
import { stepOf } from '@countersign/totp-core';
import type { Account } from './account.ts';

/** A client's clock can be one step ahead, so a code of the next step can have been used already. */
const WINDOW_AHEAD = 1;

/** Returns the last step whose code can have been used by `now` (Unix seconds). */
export function latestStep({ totp }: Account, now: number): number {
  const { algorithm, digits, period } = totp;
  return stepOf(now, { algorithm, digits, period }) + WINDOW_AHEAD;
}

/** Returns until when (Unix seconds) codes are refused as used that cannot have been used; `undefined` if none are. */
export function refusedUntil(account: Account, now: number): number | undefined {
  const { lastStep, period } = account.totp;
  return lastStep > latestStep(account, now) ? (lastStep + 1) * period : undefined;
}

/** Returns the account with a last step that is not in the future. A code that can have been used stays refused. */
export function withoutFutureStep(account: Account, now: number): Account {
  const lastStep = Math.min(account.totp.lastStep, latestStep(account, now));
  return { ...account, totp: { ...account.totp, lastStep } };
}
