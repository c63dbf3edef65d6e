/** What can go wrong on the server's side of a conversation or an administrator's command. */
export type AuthErrorCode =
  | 'session_stale' // the account changed, went away or was disabled since this session read it
  | 'name_taken'
  | 'no_such_account'
  | 'no_such_invitation'
  | 'too_many_roles'
  | 'slow_down' // a limit on guessing; `retryAfter` in seconds
  | 'bad_import' // a file of accounts that cannot be taken as it is
  | 'audit_damaged'
  | 'bad_option';

/** The one error class of this package. `code` is for programs; `retryAfter` is in whole seconds. */
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
