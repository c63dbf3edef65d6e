/** Argon2id with hash-wasm, in a separate thread: three to four times as fast as JavaScript, and abortable. */
import { orAborted } from './abort.ts';
import type { Implementation } from './input.ts';
import { isKnownAnswer, knownInput } from './known-answer.ts';
import { startThread } from './platform.ts';
import type { Thread } from './thread.ts';

/**
 * Returns `undefined` if no thread starts, WebAssembly is forbidden or its memory is refused, and for inputs
 * that hash-wasm does not support: associated data and the empty password. Settles when the thread has ended
 * and its memory is free.
 */
export const webAssemblyArgon2id: Implementation = async (input, signal) => {
  if (input.password.length === 0 || input.associatedData.length > 0) return undefined;
  const thread = tryToStart([knownInput(), input]);
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

function tryToStart(message: unknown): Thread | undefined {
  try {
    return startThread(message);
  } catch {
    return undefined;
  }
}
