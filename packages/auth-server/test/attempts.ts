/** Attempts for tests of the ledger, and what becomes of them. */
import type { Attempt } from '../src/limits/attempt.ts';

export const attemptOf = (username: string, source: string, device?: string): Attempt => ({
  source,
  username,
  account: `uid of ${username}`,
  known: true,
  device,
});
export const wrong = () => ({ right: false });
export const right = () => ({ right: true });
