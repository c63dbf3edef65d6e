/** The code of an `AuthError`. */
export type AuthErrorCode =
  /** The account was changed, removed or disabled since this session read it. */
  | 'session_stale'
  /** There is an account with this name. */
  | 'name_taken'
  /** There is no account with this name. */
  | 'no_such_account'
  /** A user name breaks the rules, or is the name that the account has. */
  | 'name_refused'
  /** An unused invitation is for this name. */
  | 'name_invited'
  /** The code of a password reset contains the name of the account, and has not been used. */
  | 'reset_pending'
  /** There is no invitation with this id. */
  | 'no_such_invitation'
  /** An account would have more roles than it can. */
  | 'too_many_roles'
  /** No more roles can be listed for SSH, or no more services for tokens. */
  | 'list_full'
  /** A certificate needs a role that the account has and that is listed for SSH, and a token one that its service requires. */
  | 'role_missing'
  /** No service is listed with this audience. */
  | 'unknown_service'
  /** Another service has this audience. */
  | 'audience_taken'
  /** Nothing is issued after a restore until the administrator resumes. */
  | 'issuing_paused'
  /** No certificate with this serial number is known. */
  | 'no_such_certificate'
  /** A rotation of the SSH authority cannot take this step now. */
  | 'wrong_step'
  /** An account was issued too many certificates or tokens; `retryAfter` is in whole seconds. */
  | 'slow_down'
  /** A server cannot run with this option. */
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
