/** Argon2id by hash-wasm, in a thread of its own: three to four times as fast as JavaScript, and a signal ends it. */
import { orAborted } from './abort.ts';
import type { Implementation } from './input.ts';
import { isKnownAnswer, knownInput } from './known-answer.ts';
import { startThread } from './platform.ts';

/**
 * `undefined` where no thread starts, where WebAssembly is forbidden, when its memory is refused, and for what hash-wasm
 * does not take: associated data and the empty password. It settles when the thread has ended and its memory is free.
 */
export const webAssemblyArgon2id: Implementation = async (input, signal) => {
  if (input.password.length === 0 || input.associatedData.length > 0) return undefined;
  const thread = startThread([knownInput(), input]);
  if (!thread) return undefined;
  try {
    const tags = await orAborted(thread.answer, signal);
    if (!Array.isArray(tags)) return undefined;
    const [known, tag] = tags;
    const whole = known instanceof Uint8Array && tag instanceof Uint8Array && isKnownAnswer(known);
    return whole ? tag : undefined;
  } finally {
    await thread.stop();
  }
};
