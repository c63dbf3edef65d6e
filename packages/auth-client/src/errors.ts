import type { ErrorCode } from '@countersign/wire-protocol';

/** What ends a conversation on the client's side: the server's own codes, and what only a client can see. */
export type ClientErrorCode =
  | ErrorCode
  | 'bad_username' // outside the rules of RFC 8265 UsernameCaseMapped, or not 1 to 64 characters in at most 200 bytes
  | 'bad_password' // outside the rules of RFC 8265 OpaqueString, or 8 to 256 characters for new ones
  | 'bad_invitation' // text of another kind, or an invitation with content that cannot be used
  | 'damaged_invitation' // characters are missing or wrong
  | 'newer_invitation' // made by a later version of the format
  | 'is_an_invitation' // to register, where the code of a password reset was expected
  | 'is_a_reset' // the code of a password reset, where an invitation was expected
  | 'bad_server' // not of the form HOST:PORT
  | 'bad_pin' // not of the form sha256:…
  | 'bad_ca' // not a certificate in PEM
  | 'server_not_proven' // the server does not know the verifier, or someone intercepts the connection
  | 'unacceptable_terms' // a suite, stretch or restart that this client refuses
  | 'pin_changed' // another key than the one remembered or given
  | 'pin_conflict' // the invitation names another pin than the one remembered or given
  | 'untrusted_certificate'
  | 'not_countersign'
  | 'unreachable'
  | 'connection_lost'
  | 'timeout'
  | 'known_servers_damaged'
  | 'known_servers_unreadable'
  | 'bad_certificate' // not an SSH certificate for the key and the account
  | 'clock' // a new certificate has expired by the clock of this computer
  | 'no_agent' // no SSH agent can be reached
  | 'agent_failed' // the SSH agent did not answer, or answered something else
  | 'agent_refused' // the SSH agent is locked, or takes no certificates or no lifetimes
  | 'bad_input' // not a request of git
  | 'unreadable_file'
  | 'unwritable_file';

/** The two pins of a server whose key is not the expected one. */
export interface Pins {
  /** Remembered, given, or with `pin_changed` named by an invitation. */
  readonly expected: string;
  /** Of the key that the server has shown, or with `pin_conflict` the one that the invitation names. */
  readonly shown: string;
}

/**
 * The one error class of this package. `code` is for programs; `retryAfter` is in seconds; `pins` come with
 * `pin_changed` and `pin_conflict`. It never contains text of the server.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly retryAfter: number | undefined;
  readonly pins: Pins | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { retryAfter?: number | undefined; pins?: Pins | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.pins = options.pins;
  }
}

/** What the server's codes mean. Its own texts are not used. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  authentication_failed: 'wrong password or unknown user',
  name_taken: 'that user name is taken',
  registration_closed: 'the server accepts no registrations',
  invitation_required: 'the server accepts registrations by invitation only',
  slow_down: 'too many attempts',
  locked: 'codes are locked for this account after too many wrong ones',
  disabled: 'the account is disabled',
  channel_mismatch: 'someone is intercepting the connection, and has not learned the password',
  session_stale: 'the account was changed elsewhere in the meantime, so nothing was done',
  protocol: 'the server and this program do not understand each other',
  profile_refused: 'the server wants passwords prepared in another way than this version does',
  name_refused: 'the server does not accept that user name',
  expired: 'the server stopped waiting for an answer',
  role_missing: 'the account has no role that allows this',
  unknown_service: 'the server issues no tokens for this service',
  key_refused: 'the server does not certify this public key',
  issuing_paused: 'the server issues nothing until its administrator resumes it after a restore',
  login_refused: 'the service does not let this account log in now',
  login_again: 'this is only possible soon after a login',
  busy: 'the server is busy',
  store_unavailable: 'the server cannot use its store right now',
  shutting_down: 'the server is shutting down',
  internal: 'the server failed unexpectedly',
};

/**
 * Returns the error that a server answered with.
 *
 * @param retryAfter seconds
 */
export function serverError(code: ErrorCode, retryAfter?: number): ClientError {
  return new ClientError(code, MEANINGS[code], { retryAfter });
}
