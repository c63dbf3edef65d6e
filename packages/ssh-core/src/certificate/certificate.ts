/**
 * User certificates (PROTOCOL.certkeys, draft-ietf-sshm-cert): an authority's signed statement that the
 * holder of a key may log in as any of the principals. `issue.ts` makes them, `decode.ts` reads them.
 *
 * A certificate without principals is neither made nor read: `sshd` accepts it for any user in some
 * configurations (CVE-2024-7594).
 */
import type { PublicKey } from '../keys/public-key.ts';
import type { CertificateOption } from './option.ts';
import type { CertificateSignature } from './signature.ts';

/** Longer certificates are neither made nor read. */
export const MAX_CERTIFICATE_BYTES = 8192;
/** As many as OpenSSH reads. */
export const MAX_PRINCIPALS = 256;
export const MAX_PRINCIPAL_BYTES = 255;
export const MAX_KEY_ID_BYTES = 1024;
/** The type of a user certificate; 2 is a host certificate. */
export const USER = 1;
/** `valid before` of a certificate that does not expire. */
export const FOREVER = 2n ** 64n - 1n;

/** What a certificate says. */
export interface CertificateContent {
  /** The key of the user. */
  readonly key: PublicKey;
  /** In decimal. `0` means that the authority does not number its certificates. */
  readonly serial: string;
  /** What `sshd` logs at each login. */
  readonly keyId: string;
  /** The names of the Unix accounts, at least one. */
  readonly principals: readonly string[];
  /** Unix seconds: the first second in which it is valid. */
  readonly validAfter: number;
  /** Unix seconds: the first second in which it is no longer valid, or `Infinity`. */
  readonly validBefore: number;
  /** Restrictions, sorted by name. `sshd` refuses a certificate with one that it does not know. */
  readonly criticalOptions: readonly CertificateOption[];
  /** Permissions, sorted by name. `sshd` ignores those that it does not know. */
  readonly extensions: readonly CertificateOption[];
  /** The key that signed. */
  readonly authority: PublicKey;
}

/** A certificate in its only form. */
export interface Certificate extends CertificateContent {
  /** Random bytes of the authority. */
  readonly nonce: Uint8Array;
  /** The bytes that the signature covers. */
  readonly signed: Uint8Array;
  /** Not verified; `sshd` and `ssh-keygen` do. */
  readonly signature: CertificateSignature;
  /** The binary form. */
  readonly blob: Uint8Array;
}
