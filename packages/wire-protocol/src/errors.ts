/**
 * Two kinds of broken rule, told apart by type: `RemoteProtocolError`, the other side broke the protocol, and
 * `LocalProtocolError`, this program did. No message holds text or bytes of the other side, so an error may be
 * printed and logged as it is; a wrong field is named by its path in our own schema.
 */

/** What the other side can do wrong. */
export type RemoteProtocolCode =
  | 'frame_too_long'
  | 'not_utf8'
  | 'not_json'
  | 'unknown_type'
  | 'wrong_state'
  | 'bad_message'
  | 'truncated';

/** What the program that uses a `Connection` can do wrong. */
export type LocalProtocolCode = 'frame_too_long' | 'unknown_type' | 'wrong_state' | 'bad_message';

export type WireErrorCode = RemoteProtocolCode | LocalProtocolCode;

/** The base of both; `code` says which rule was broken. */
export abstract class WireError extends Error {
  abstract readonly code: WireErrorCode;
}

/** The other side sent something that the protocol does not allow. Nothing else is ever thrown for its bytes. */
export class RemoteProtocolError extends WireError {
  override readonly name = 'RemoteProtocolError';
  readonly code: RemoteProtocolCode;

  constructor(code: RemoteProtocolCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** This program tried to send something that the protocol does not allow here: a mistake in the caller. */
export class LocalProtocolError extends WireError {
  override readonly name = 'LocalProtocolError';
  readonly code: LocalProtocolCode;

  constructor(code: LocalProtocolCode, message: string) {
    super(message);
    this.code = code;
  }
}
