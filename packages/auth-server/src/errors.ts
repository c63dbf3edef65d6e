/**
 * The code of an `AuthError`:
 *
 * - `session_stale`: the account was changed, removed or disabled since this session read it
 * - `name_taken`: there is an account with this name
 * - `no_such_account`: there is no account with this name
 * - `no_such_invitation`: there is no invitation with this id
 * - `slow_down`: a limit on guessing; `retryAfter` is in seconds
 * - `bad_import`: a file of accounts that cannot be imported as it is
 * - `audit_damaged`: the audit log is damaged
 * - `bad_option`: a server cannot run with this option
 */
export type AuthErrorCode =
  | 'session_stale'
  | 'name_taken'
  | 'no_such_account'
  | 'no_such_invitation'
  | 'too_many_roles'
  | 'slow_down'
  | 'bad_import'
  | 'audit_damaged'
  | 'bad_option';

/** The error class of this package. `retryAfter` is in whole seconds. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;
  readonly retryAfter: number | undefined;

  constructor(code: AuthErrorCode, message: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfter = options.retryAfter;
  }
}
