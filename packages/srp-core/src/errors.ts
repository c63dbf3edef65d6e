/** What can go wrong at run time, as literal codes; a caller's mistake is a `TypeError` or a `RangeError` instead. */
export type SrpErrorCode =
  /** The other side's A or B is outside 1 < value < N−1, badly encoded, or leads to u = 0. End the exchange. */
  | 'bad_public_value'
  /** The other side does not know the password or the verifier, or its transcript differs. End the exchange. */
  | 'proof_mismatch'
  /** A verifier is not of the group's length or outside 1 < v < N−1. */
  | 'bad_verifier'
  /** A pending value was used a second time. Start again: ephemerals are used once. */
  | 'already_used'
  /** Bytes that should hold a pending server state do not. */
  | 'bad_state'
  /** A stretch asks for more than the ceiling, or for less than the floor of new verifiers. */
  | 'stretch_refused'
  /** The host computed a known answer wrongly. Do not use it. */
  | 'self_test_failed'
  /** Text that is not the canonical form of a stretch. */
  | 'bad_encoding';

/** The one error class of this package. Messages hold no secret and no text from the other side. */
export class SrpError extends Error {
  override readonly name = 'SrpError';
  readonly code: SrpErrorCode;

  constructor(code: SrpErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
