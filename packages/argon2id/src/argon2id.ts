/**
 * Argon2id (RFC 9106, version 1.3), by the fastest implementation that works on this host:
 *
 * 1. the host's own, on its thread pool;
 * 2. WebAssembly, in a thread that ends when the signal aborts;
 * 3. JavaScript, if WebAssembly is forbidden (by a page's content security policy) or no thread can be
 *    started.
 *
 * All three return the same bytes. Small inputs are computed in JavaScript directly, since starting a thread
 * would take longer.
 */
import { orAborted } from './abort.ts';
import { Argon2Error } from './errors.ts';
import { type Argon2Options, type Input, inputOf, wipe } from './input.ts';
import { isTrusted } from './known-answer.ts';
import { hostArgon2id } from './platform.ts';
import { portableArgon2id } from './portable.ts';
import { webAssemblyArgon2id } from './webassembly.ts';

/** The work, in KiB times passes, that JavaScript completes while a thread starts. */
const SMALL = 4096;

/**
 * Computes the tag. The call uses `m` KiB of memory; a caller that accepts costs from elsewhere must limit
 * them. Outside the host's thread pool, one large computation runs at a time and the others wait, so that
 * several need no more memory than one.
 *
 * When the signal aborts, the call rejects with its reason at once and the computation stops. Work on the
 * host's thread pool cannot be stopped; its result is discarded.
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
  throw new Argon2Error('self_test_failed', 'Argon2id computes a wrong answer on this host');
};

let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
