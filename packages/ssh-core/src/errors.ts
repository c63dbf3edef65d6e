/** How input can be refused. A caller's mistake is a `TypeError` or `RangeError` instead. */
export type SshErrorCode =
  /** The bytes or the text do not follow the format: cut off, followed by more, or not in the one canonical form. */
  | 'malformed'
  /** Longer than the limit of its kind. */
  | 'too_long'
  /** A private key in place of a public one. Treat it as disclosed. */
  | 'private_key'
  /** DSA, a certificate in place of a key, or a kind of key that this package does not know. */
  | 'unsupported_key'
  /** An RSA key under 3072 bits. */
  | 'weak_key'
  /** A line of an authorized_keys file with options, which would be lost. */
  | 'has_options'
  /** A certificate without principals: some programs accept it for any user (CVE-2024-7594). */
  | 'no_principals'
  /** Well-formed, but not handled here: host certificates, SHA-1 signatures, other sections of a KRL. */
  | 'unsupported';

/** The only error class of this package. Messages contain no secret and nothing of the refused input. */
export class SshError extends Error {
  override readonly name = 'SshError';
  readonly code: SshErrorCode;

  constructor(code: SshErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
