/** Randomness is a parameter everywhere; the default is the host's, by way of `crypto.getRandomValues`. */
import { randomBytes as hostRandomBytes } from '@noble/hashes/utils.js';

/** Gives `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Draws from a source, the host's by default. `RangeError` for a source that gives another number of bytes. */
export function draw(length: number, randomBytes: RandomBytes = hostRandomBytes): Uint8Array {
  const bytes = randomBytes(length);
  if (bytes.length !== length)
    throw new RangeError(`"randomBytes" expected to give ${length} bytes, got length=${bytes.length}`);
  return bytes;
}
