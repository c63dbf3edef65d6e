/** Argon2id in JavaScript, in slices with rests between, so that the event loop goes on and a signal is noticed. */
import type { Implementation } from './input.ts';

/** Longest time in milliseconds for which the event loop stands still. */
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
