/** Random numbers are a parameter everywhere. The default is the host's `crypto.getRandomValues`. */
import { randomBytes as hostRandomBytes } from '@noble/hashes/utils.js';

/** Returns `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * Draws bytes from a source, by default the host's.
 *
 * @throws {RangeError} if the source returns another number of bytes
 */
export function draw(length: number, randomBytes: RandomBytes = hostRandomBytes): Uint8Array {
  const bytes = randomBytes(length);
  if (bytes.length !== length)
    throw new RangeError(`"randomBytes" expected to return ${length} bytes, got length=${bytes.length}`);
  return bytes;
}
