import type { ErrorCode } from '@countersign/wire-protocol';

/** What ends a conversation on the client's side: the server's own codes, and what only a client can see. */
export type ClientErrorCode =
  | ErrorCode
  | 'bad_username' // outside the rules of RFC 8265 UsernameCaseMapped, or not 1 to 64 characters in at most 200 bytes
  | 'bad_password' // outside the rules of RFC 8265 OpaqueString, or 8 to 256 characters for new ones
  | 'bad_invitation' // text of another kind, or an invitation that holds what cannot be used
  | 'damaged_invitation' // characters are missing or wrong
  | 'newer_invitation' // made by a later version of the format
  | 'bad_server' // not of the form HOST:PORT
  | 'server_not_proven' // the server does not know the verifier, or somebody sits in between
  | 'unacceptable_terms' // a suite, stretch or restart this client does not go along with
  | 'pin_changed' // another key than the one remembered or given
  | 'pin_conflict' // the invitation names another pin than the one remembered or given
  | 'untrusted_certificate'
  | 'not_countersign'
  | 'unreachable'
  | 'connection_lost'
  | 'timeout'
  | 'known_servers_damaged';

/** The two pins of a server whose key is another one than it should be. */
export interface Pins {
  /** Remembered, given, or with `pin_changed` named by an invitation. */
  readonly expected: string;
  /** Of the key that the server has shown, or with `pin_conflict` the one that the invitation names. */
  readonly shown: string;
}

/**
 * The one error class of this package. `code` is for programs; `retryAfter` is in seconds; `pins` come with
 * `pin_changed` and `pin_conflict`. Nothing of the server's text is in it.
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly retryAfter: number | undefined;
  readonly pins: Pins | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { retryAfter?: number; pins?: Pins; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.pins = options.pins;
  }
}
