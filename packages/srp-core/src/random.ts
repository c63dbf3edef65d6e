/** Randomness: the host's generator unless the caller gives one, which only test vectors should. */
import { expectBytes, expectFunction } from './argument.ts';
import { toNumber } from './encoding.ts';

/** Gives `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** RFC 5054 §2.5.3: a and b SHOULD be at least 256 bits. */
const EXPONENT_BYTES = 32;

/** `length` bytes from the host's cryptographic generator. */
export const hostRandomBytes: RandomBytes = (length) =>
  globalThis.crypto.getRandomValues(new Uint8Array(length));

/**
 * A fresh a or b: 32 random bytes. A given source may return more, up to the length of N, but never fewer, and
 * never a number below 2^128, which no working generator gives.
 */
export function randomExponent(randomBytes: RandomBytes, maxBytes: number): bigint {
  const bytes = expectFunction('randomBytes', randomBytes)(EXPONENT_BYTES);
  const exponent = toNumber(expectBytes('randomBytes', bytes, EXPONENT_BYTES, maxBytes));
  if (exponent < 2n ** 128n) throw new RangeError('"randomBytes" expected random bytes, got a small number');
  return exponent;
}
