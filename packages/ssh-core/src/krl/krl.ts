/**
 * Key revocation lists (PROTOCOL.krl), the file that `RevokedKeys` in sshd_config names. `encode.ts` writes
 * them, `decode.ts` reads them.
 *
 * Certificates are revoked by serial number, each section for one authority. A section without an authority
 * would revoke the same numbers of all others and is neither written nor read. An authority that is listed as
 * a key loses all its certificates.
 */
import type { PublicKey } from '../keys/public-key.ts';

/** Longer lists are not read. One of 100,000 serial numbers has 0.8 MB. */
export const MAX_KRL_BYTES = 16 * 2 ** 20;
export const MAX_COMMENT_BYTES = 1024;

/** "SSHKRL\n\0" and the format version (§1). */
export const MAGIC = Uint8Array.of(0x53, 0x53, 0x48, 0x4b, 0x52, 0x4c, 0x0a, 0x00);
export const FORMAT_VERSION = 1;

/** The sections that this package handles (§1). */
export const SECTION = { certificates: 1, explicitKeys: 2 } as const;
/** Those inside a certificates section (§2). */
export const SUBSECTION = { serialList: 0x20, serialRange: 0x21 } as const;

/** Serial numbers from `first` to `last`, both included, in decimal. */
export interface SerialRange {
  readonly first: string;
  readonly last: string;
}

/** The revoked certificates of one authority. */
export interface RevokedCertificates {
  readonly authority: PublicKey;
  readonly ranges: readonly SerialRange[];
  /** Single serial numbers, in decimal. */
  readonly serials: readonly string[];
}

/** What a revocation list says. */
export interface Krl {
  /** Grows with each change. `sshd` does not look at it. */
  readonly version: number;
  /** Unix seconds. */
  readonly generatedAt: number;
  readonly comment: string;
  /** One element for each authority, in the order of the file. */
  readonly certificates: readonly RevokedCertificates[];
  /** Keys that are refused, and as authorities everything that they sign. */
  readonly keys: readonly PublicKey[];
}
