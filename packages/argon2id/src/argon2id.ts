/**
 * Argon2id (RFC 9106, version 1.3), by the fastest implementation that works here:
 *
 * 1. the host's own, on its thread pool;
 * 2. WebAssembly, in a thread that is ended when the signal aborts;
 * 3. JavaScript, where WebAssembly is forbidden (a page's content security policy) or no thread starts.
 *
 * All three compute the same bytes. Small inputs are computed in JavaScript at once: starting a thread would take longer.
 */
import { orAborted } from './abort.ts';
import { Argon2Error } from './errors.ts';
import { type Argon2Options, type Input, inputOf, wipe } from './input.ts';
import { isTrusted } from './known-answer.ts';
import { hostArgon2id } from './platform.ts';
import { portableArgon2id } from './portable.ts';
import { webAssemblyArgon2id } from './webassembly.ts';

/** KiB times passes that JavaScript computes while a thread starts. */
const SMALL = 4096;

/**
 * The tag. It costs `m` KiB of memory; the caller sets the limits for costs that come from elsewhere. Outside the host's
 * thread pool, one large computation runs at a time and the others wait, so that several need no more memory than one.
 *
 * A signal that aborts rejects with its reason at once and ends the computation; only work on the host's thread pool
 * cannot be ended, and its result is dropped.
 *
 * @throws {Argon2Error} self_test_failed
 */
export async function argon2id(options: Argon2Options): Promise<Uint8Array> {
  const input = inputOf(options);
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    return await orAborted(compute(input, signal), signal);
  } finally {
    wipe(input);
  }
}

async function compute(input: Input, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (hostArgon2id && (await isTrusted(hostArgon2id))) {
    signal?.throwIfAborted();
    return hostArgon2id(input);
  }
  if (input.cost.m * input.cost.t <= SMALL) return inJavaScript(input, signal);
  return inTurn(async () => {
    signal?.throwIfAborted();
    return (await webAssemblyArgon2id(input, signal)) ?? inJavaScript(input, signal);
  });
}

const inJavaScript = async (input: Input, signal: AbortSignal | undefined): Promise<Uint8Array> => {
  const tag = (await isTrusted(portableArgon2id)) ? await portableArgon2id(input, signal) : undefined;
  if (tag) return tag;
  throw new Argon2Error('self_test_failed', 'Argon2id computes a known answer wrongly on this host');
};

let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
