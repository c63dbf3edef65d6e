/**
 * Argon2id in JavaScript, in slices with pauses, so that the event loop keeps running and an abort is
 * noticed.
 */
import type { Implementation } from './input.ts';

/** The longest time that the event loop may be blocked, in milliseconds. */
const SLICE = 10;

export const portableArgon2id: Implementation = async (input, signal) => {
  const { argon2idAsync } = await import('@noble/hashes/argon2.js');
  const { password, salt, secret, associatedData, cost, length } = input;
  return argon2idAsync(password, salt, {
    ...cost,
    key: secret,
    personalization: associatedData,
    dkLen: length,
    asyncTick: SLICE,
    onProgress: () => signal?.throwIfAborted(),
  });
};
