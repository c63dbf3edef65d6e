/** The codes of run-time errors. A caller's mistake is a `TypeError` or `RangeError` instead. */
export type Argon2ErrorCode =
  /** No implementation computes a known answer correctly on this host. Do not use it. */
  'self_test_failed';

/** The only error class of this package. Messages contain no secret. */
export class Argon2Error extends Error {
  override readonly name = 'Argon2Error';
  readonly code: Argon2ErrorCode;

  constructor(code: Argon2ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
