/**
 * AES-256-GCM-SIV (RFC 8452): what both engines implement, and what the format fixes. The nonce is random each time; one that came
 * twice by accident would show only that the same record was written twice.
 */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** One key of 32 bytes, ready for use. */
export interface Aead {
  /** Returns `ciphertext | tag`. */
  encrypt(nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array;
  /** Returns the plaintext, or `undefined` when a bit of nonce, ciphertext, tag or associated data was altered. */
  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
}
