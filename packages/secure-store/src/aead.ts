/**
 * AES-256-GCM-SIV (RFC 8452), with a random nonce of 12 bytes each time. A nonce that came twice by accident would show
 * only that the same record was written twice.
 *
 * Two engines behind one interface: @noble/ciphers everywhere, and on Node the same construction over OpenSSL's AES, which
 * does not depend on tables in memory and takes a third of the time. Tests run the RFC's vectors on both and compare them.
 */
import { gcmsiv } from '@noble/ciphers/aes.js';
import { nativeAead } from './aead-native.ts';
import { concatBytes } from './bytes.ts';
import { nodeCrypto, randomBytes } from './platform.ts';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** One key of 32 bytes, ready for use. */
export interface Aead {
  /** `ciphertext | tag`. */
  encrypt(nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array;
  /** Nothing when a bit of nonce, ciphertext, tag or associated data was altered. */
  decrypt(nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
}

export function portableAead(key: Uint8Array): Aead {
  return {
    encrypt: (nonce, plaintext, associated) => gcmsiv(key, nonce, associated).encrypt(plaintext),
    decrypt: (nonce, sealed, associated) => {
      if (sealed.length < TAG_BYTES) return undefined;
      try {
        return gcmsiv(key, nonce, associated).decrypt(sealed);
      } catch {
        return undefined;
      }
    },
  };
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export const aeadOf: (key: Uint8Array) => Aead =
  nodeCrypto !== undefined && littleEndian ? nativeAead(nodeCrypto) : portableAead;

/** `nonce | ciphertext | tag`. */
export function seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(nonce, aeadOf(key).encrypt(nonce, plaintext, associated));
}

/** The plaintext of what `seal` made, or nothing. */
export function open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  return aeadOf(key).decrypt(sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES), associated);
}
