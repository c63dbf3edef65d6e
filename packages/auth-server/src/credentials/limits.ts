/** How many certificates and tokens an account can be issued. */
import { AuthError } from '../errors.ts';
import type { RecentRecord } from './records.ts';

/** Unexpired certificates of one account. */
export const MOST_UNEXPIRED = 50;
/** Certificates and tokens that an account can be issued in `WINDOW`. */
export const MOST_IN_WINDOW = 20;
const WINDOW = 600;

/**
 * Returns what still counts at `now` (Unix seconds), if one more can be issued.
 *
 * @throws {AuthError} slow_down
 */
export function countable(recent: RecentRecord, now: number, what: 'certificate' | 'token'): RecentRecord {
  const counted = stillCounted(recent, now);
  const unexpired = counted.map(({ expires }) => expires).filter((expires) => expires > now);
  const inWindow = counted.map(({ issued }) => issued + WINDOW).filter((end) => end > now);
  const tooMany = what === 'certificate' ? freeAt(unexpired, MOST_UNEXPIRED) : 0;
  const free = Math.max(tooMany, freeAt(inWindow, MOST_IN_WINDOW));
  if (free > now)
    throw new AuthError('slow_down', 'this account was issued too many certificates or tokens recently', {
      retryAfter: free - now,
    });
  return counted;
}

/** Returns what counts at `now` (Unix seconds) or later. */
export function stillCounted(recent: RecentRecord, now: number): RecentRecord {
  return recent.filter(({ issued, expires }) => expires > now || issued > now - WINDOW);
}

/** Returns when fewer than `most` of these ends are ahead, or 0 if that is so now. */
function freeAt(ends: readonly number[], most: number): number {
  return [...ends].sort((a, b) => b - a)[most - 1] ?? 0;
}
