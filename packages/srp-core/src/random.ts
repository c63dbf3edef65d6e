/** Random numbers from the host's generator, or from the caller for test vectors. */
import { expectBytes, expectFunction } from './argument.ts';
import { toNumber } from './encoding.ts';

/** Returns `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** RFC 5054 §2.5.3: a and b SHOULD be at least 256 bits. */
const EXPONENT_BYTES = 32;

export const hostRandomBytes: RandomBytes = (length) =>
  globalThis.crypto.getRandomValues(new Uint8Array(length));

/**
 * Generates a or b: 32 random bytes. A custom source can return more, up to the length of N, but not fewer. A
 * number below 2^128 is rejected: no working generator returns one.
 */
export function randomExponent(randomBytes: RandomBytes, maxBytes: number): bigint {
  const bytes = expectFunction('randomBytes', randomBytes)(EXPONENT_BYTES);
  const exponent = toNumber(expectBytes('randomBytes', bytes, EXPONENT_BYTES, maxBytes));
  if (exponent < 2n ** 128n) throw new RangeError('"randomBytes" expected random bytes, got a small number');
  return exponent;
}
