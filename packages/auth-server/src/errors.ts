/**
 * The code of an `AuthError`:
 *
 * - `session_stale`: the account was changed, removed or disabled since this session read it
 * - `name_taken`: there is an account with this name
 * - `no_such_account`: there is no account with this name
 * - `name_refused`: a user name breaks the rules, or is the name that the account has
 * - `name_invited`: an unused invitation is for this name
 * - `reset_pending`: the code of a password reset contains the name of the account, and has not been used
 * - `no_such_invitation`: there is no invitation with this id
 * - `too_many_roles`: an account would have more roles than it can
 * - `list_full`: no more roles can be listed for SSH, or no more services for tokens
 * - `role_missing`: a certificate needs a role that the account has and that is listed for SSH, and a token one of the roles
 *   that its service requires
 * - `unknown_service`: no service is listed with this audience
 * - `audience_taken`: another service has this audience
 * - `issuing_paused`: nothing is issued after a restore until the administrator resumes
 * - `no_such_certificate`: no certificate with this serial number is known
 * - `wrong_step`: a rotation of the SSH authority cannot take this step now
 * - `slow_down`: an account was issued too many certificates or tokens; `retryAfter` is in whole seconds
 * - `bad_option`: a server cannot run with this option
 */
export type AuthErrorCode =
  | 'session_stale'
  | 'name_taken'
  | 'no_such_account'
  | 'name_refused'
  | 'name_invited'
  | 'reset_pending'
  | 'no_such_invitation'
  | 'too_many_roles'
  | 'list_full'
  | 'role_missing'
  | 'unknown_service'
  | 'audience_taken'
  | 'issuing_paused'
  | 'no_such_certificate'
  | 'wrong_step'
  | 'slow_down'
  | 'bad_option';

/** The error class of this package. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;
  /** Whole seconds, where waiting helps. */
  readonly retryAfter: number | undefined;

  constructor(
    code: AuthErrorCode,
    message: string,
    { cause, retryAfter }: { readonly cause?: unknown; readonly retryAfter?: number | undefined } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
