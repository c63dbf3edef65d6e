/** The state of an account on which a session stands. */
import type { Entry } from '@countersign/secure-store';
import { AuthError } from '../errors.ts';
import type { Account } from './account.ts';

export type Standing = Readonly<Pick<Account, 'username' | 'uid' | 'generation'>>;

/** Identifies this account, and not a later one with the same name. */
export type AccountKey = Pick<Standing, 'username' | 'uid'>;

export function standingOf({ username, uid, generation }: Account): Standing {
  return { username, uid, generation };
}

/**
 * Returns the entry if the account is still as the session saw it, and enabled.
 *
 * @throws {AuthError} session_stale
 */
export function standingStill(
  entry: Entry<Account> | undefined,
  standing: { uid: string; generation: number | undefined },
): Entry<Account> {
  const account = entry?.value;
  if (
    !entry ||
    account?.uid !== standing.uid ||
    (standing.generation !== undefined && (account.generation !== standing.generation || account.disabled))
  )
    throw new AuthError('session_stale', 'the account has changed in the meantime, and nothing was done');
  return entry;
}
