/** How many certificates and tokens an account can be issued, and for how long. */
import { type Collection, isConflict, type Store, type Write } from '@countersign/secure-store';
import { z } from 'zod';
import { AuthError } from '../errors.ts';

/** Unexpired certificates of one account. */
const MOST_UNEXPIRED = 50;
/** Certificates and tokens that an account can be issued in `WINDOW` seconds. */
const MOST_IN_WINDOW = 20;
const WINDOW = 600;

const seconds = z.int().min(0);
const recentSchema = z.array(z.strictObject({ issued: seconds, expires: seconds })).readonly();
type Recent = z.output<typeof recentSchema>;

/** What each account was issued lately, by uid. */
export class IssueQuota {
  readonly #store: Store;
  readonly #recent: Collection<Recent>;

  constructor(store: Store) {
    this.#store = store;
    this.#recent = store.collection('ssh-recent', recentSchema);
  }

  /**
   * Returns the write that counts a certificate which is issued at `now` (Unix seconds), or, without `expires`, a token.
   *
   * @throws {AuthError} slow_down with `retryAfter`, if it would be too many
   */
  async counting(uid: string, now: number, expires?: number): Promise<Write> {
    const entry = await this.#recent.get(uid);
    const counted = stillCounted(entry?.value ?? [], now);
    const unexpired = counted.map((each) => each.expires).filter((end) => end > now);
    const inWindow = counted.map(({ issued }) => issued + WINDOW).filter((end) => end > now);
    const tooMany = expires === undefined ? 0 : freeAt(unexpired, MOST_UNEXPIRED);
    const free = Math.max(tooMany, freeAt(inWindow, MOST_IN_WINDOW));
    if (free > now)
      throw new AuthError('slow_down', 'this account was issued too many certificates or tokens recently', {
        retryAfter: free - now,
      });
    // A token counts for ten minutes, but not as an unexpired certificate.
    const next = [...counted, { issued: now, expires: expires ?? now }];
    return entry ? this.#recent.replacing(entry, next) : this.#recent.inserting(uid, next);
  }

  /** Removes what no longer counts, as that of a removed account. */
  async prune(now: number): Promise<void> {
    for await (const entry of this.#recent.entries({ onUnreadable: () => {} })) {
      if (stillCounted(entry.value, now).length > 0) continue;
      const removing = this.#store.commit([this.#recent.removing(entry)], { durable: false });
      await removing.catch((error: unknown) => {
        // It has changed since it was read.
        if (!isConflict(error)) throw error;
      });
    }
  }
}

/** Returns what counts at `now` (Unix seconds) or later. */
function stillCounted(recent: Recent, now: number): Recent {
  return recent.filter(({ issued, expires }) => expires > now || issued > now - WINDOW);
}

/** Returns when fewer than `most` of these ends are ahead, or 0 if that is so now. */
function freeAt(ends: readonly number[], most: number): number {
  return [...ends].sort((a, b) => b - a)[most - 1] ?? 0;
}

/**
 * Returns how many seconds something that is issued is valid.
 *
 * @param wanted `most` by default, and limited to it
 * @throws {RangeError} if it is not a positive integer
 */
export function lifetime(wanted: number | undefined, most: number): number {
  if (wanted === undefined) return most;
  if (!(Number.isSafeInteger(wanted) && wanted > 0))
    throw new RangeError('"seconds" expected a positive integer');
  return Math.min(wanted, most);
}
