/**
 * The errors of this package. Input from people and peers (a code, a URI, a recovery code) never throws: it gives a
 * union. Thrown are only a caller's mistakes (`TypeError`, `RangeError`) and the cases below, where a value that
 * somebody chose cannot be used. No message carries a secret or text that came from outside.
 */

/**
 * - `bad_base32`: the text is no base32, or decodes to nothing
 * - `short_secret`: under the 16 bytes of RFC 4226 R6, and not marked as imported
 * - `bad_label`: an issuer or account that no URI can carry (empty, a colon, a control character)
 * - `too_long`: over 2,048 bytes for a secret, over 2,048 characters for a URI, or more than a QR code holds
 */
export type TotpErrorCode = 'bad_base32' | 'short_secret' | 'bad_label' | 'too_long';

/** Every error that this package throws on purpose, other than `TypeError` and `RangeError`. */
export class TotpError extends Error {
  override readonly name = 'TotpError';
  readonly code: TotpErrorCode;

  constructor(code: TotpErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
