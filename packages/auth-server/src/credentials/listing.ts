/** The lists of the administrator: roles that can log in over SSH, services that accept tokens. */
import { AuthError } from '../errors.ts';

/** The most entries of a list. */
export const MOST_LISTED = 256;

/**
 * Returns a list, sorted by `key`, with this entry in place of the one with the same key.
 *
 * @param what the end of a sentence about what can be listed, for the error
 * @throws {AuthError} list_full
 */
export function withListed<K extends string, T extends Readonly<Record<K, string>>>(
  list: readonly T[],
  entry: T,
  key: K,
  what: string,
): readonly T[] {
  const others = list.filter((each) => each[key] !== entry[key]);
  if (others.length >= MOST_LISTED) throw new AuthError('list_full', `at most ${MOST_LISTED} ${what}`);
  return [...others, entry].sort((a, b) => (a[key] < b[key] ? -1 : 1));
}
