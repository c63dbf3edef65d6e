/**
 * Two kinds of error, distinguished by type: `RemoteProtocolError` means that the other side violated the
 * protocol, `LocalProtocolError` that this program did. Messages contain no text or bytes of the other side,
 * so they can be printed and logged. An invalid field is named by its path in the schema.
 */

/** How the other side can violate the protocol. */
export type RemoteProtocolCode =
  | 'frame_too_long'
  | 'not_utf8'
  | 'not_json'
  | 'unknown_type'
  | 'wrong_state'
  | 'bad_message'
  | 'truncated';

/** How the user of a `Connection` can violate the protocol. */
export type LocalProtocolCode = 'frame_too_long' | 'unknown_type' | 'wrong_state' | 'bad_message';

abstract class ProtocolError<C extends string> extends Error {
  readonly code: C;

  constructor(code: C, message: string) {
    super(message);
    this.code = code;
  }
}

/** The other side sent something that the protocol does not allow. Its bytes cause no other kind of error. */
export class RemoteProtocolError extends ProtocolError<RemoteProtocolCode> {
  override readonly name = 'RemoteProtocolError';
}

/** This program tried to send something that the protocol does not allow: a caller's mistake. */
export class LocalProtocolError extends ProtocolError<LocalProtocolCode> {
  override readonly name = 'LocalProtocolError';
}
