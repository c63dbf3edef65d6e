/**
 * AES-256-GCM-SIV (RFC 8452): the interface of both engines, and the sizes that the format fixes. The nonce
 * is random. If one repeated by chance, it would only reveal that the same record was written twice.
 */
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** A 32-byte key, ready for use. */
export interface Aead {
  /** Returns `ciphertext | tag`. */
  encrypt(nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array;
  /** Returns the plaintext, or `undefined` if nonce, ciphertext, tag or associated data was altered. */
  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
}
