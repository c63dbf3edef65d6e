/**
 * AES-256-GCM-SIV (RFC 8452), with a random nonce of 12 bytes each time. A nonce that came twice by accident would show
 * only that the same record was written twice.
 */
import { gcmsiv } from '@noble/ciphers/aes.js';
import { concatBytes } from './bytes.ts';
import { randomBytes } from './platform.ts';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** `ciphertext | tag`. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  return gcmsiv(key, nonce, associated).encrypt(plaintext);
}

/** Nothing when a bit of any of the four was altered. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  try {
    return gcmsiv(key, nonce, associated).decrypt(sealed);
  } catch {
    return undefined;
  }
}

/** `nonce | ciphertext | tag`. */
export function seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(nonce, encrypt(key, nonce, plaintext, associated));
}

/** The plaintext of what `seal` made, or nothing. */
export function open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  return nonce.length === NONCE_BYTES
    ? decrypt(key, nonce, sealed.subarray(NONCE_BYTES), associated)
    : undefined;
}
