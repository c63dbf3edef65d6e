/** The codes of run-time errors. A caller's mistake is a `TypeError` or `RangeError` instead. */
export type SrpErrorCode =
  /** The peer's A or B is outside 1 < value < N−1, badly encoded, or leads to u = 0. Abort the exchange. */
  | 'bad_public_value'
  /** The peer does not have the password or verifier, or its transcript differs. Abort the exchange. */
  | 'proof_mismatch'
  /** A verifier does not have the group's length or is outside 1 < v < N−1. */
  | 'bad_verifier'
  /** A pending value was used twice. Start again: ephemerals are used once. */
  | 'already_used'
  /** The bytes are not a pending server state. */
  | 'bad_state'
  /** A stretch is above the ceiling, or below the floor for new verifiers. */
  | 'stretch_refused'
  /** The host computed a known answer incorrectly. Do not use it. */
  | 'self_test_failed'
  /** A salt is not in the encoding of the dialect, or too long. */
  | 'bad_encoding';

/** The only error class of this package. Messages contain no secret and no text from the peer. */
export class SrpError extends Error {
  override readonly name = 'SrpError';
  readonly code: SrpErrorCode;

  constructor(code: SrpErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
