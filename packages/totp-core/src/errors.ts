/**
 * The errors of this package. Input from users and peers (a code, a URI, a recovery code) never throws; it
 * returns a union. Only a caller's mistakes throw (`TypeError`, `RangeError`), and the cases below, where a
 * chosen value cannot be used. Messages contain no secret and no text from outside.
 */

/**
 * - `bad_base32`: the text is not base32, or decodes to nothing
 * - `short_secret`: less than the 16 bytes of RFC 4226 R6, and not marked as imported
 * - `bad_label`: an issuer or account that a URI cannot carry (empty, a colon, a control character)
 * - `too_long`: over 2,048 bytes for a secret, over 2,048 characters for a URI, or too much for a QR code
 */
export type TotpErrorCode = 'bad_base32' | 'short_secret' | 'bad_label' | 'too_long';

/** The error class of this package. Other exceptions are `TypeError` and `RangeError`. */
export class TotpError extends Error {
  override readonly name = 'TotpError';
  readonly code: TotpErrorCode;

  constructor(code: TotpErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
