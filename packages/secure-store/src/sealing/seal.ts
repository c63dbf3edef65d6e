/**
 * Seals with the faster of two engines: the portable one everywhere, and on Node the same construction on top
 * of OpenSSL's AES, which needs no lookup tables for AES and a third of the time. Tests run the RFC's vectors
 * on both and compare them.
 */
import { concatBytes } from '../bytes.ts';
import { nodeCrypto, randomBytes } from '../platform.ts';
import { type Aead, NONCE_BYTES, TAG_BYTES } from './aead.ts';
import { nativeAead } from './native.ts';
import { portableAead } from './portable.ts';

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Returns the fastest engine of this host with a 32-byte key. */
export const aeadOf: (key: Uint8Array) => Aead =
  nodeCrypto !== undefined && littleEndian ? nativeAead(nodeCrypto) : portableAead;

/** Seals a plaintext. Returns `nonce | ciphertext | tag`. */
export function seal(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  return concatBytes(nonce, aeadOf(key).encrypt(nonce, plaintext, associated));
}

/** Opens the output of `seal`. Returns `undefined` if it was altered. */
export function open(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  return aeadOf(key).decrypt(sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES), associated);
}
