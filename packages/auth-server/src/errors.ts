/**
 * The code of an `AuthError`:
 *
 * - `session_stale`: the account was changed, removed or disabled since this session read it
 * - `name_taken`: there is an account with this name
 * - `no_such_account`: there is no account with this name
 * - `no_such_invitation`: there is no invitation with this id
 * - `too_many_roles`: an account would have more roles than it can
 * - `bad_option`: a server cannot run with this option
 */
export type AuthErrorCode =
  | 'session_stale'
  | 'name_taken'
  | 'no_such_account'
  | 'no_such_invitation'
  | 'too_many_roles'
  | 'bad_option';

/** The error class of this package. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
