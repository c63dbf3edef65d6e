/** Runs a stretch without holding up the event loop: on the host's thread pool, or in slices with rests between. */
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { expectBytes, expectObject } from './argument.ts';
import { nativeArgon2id } from './platform.ts';
import { type Argon2Cost, expectStretch, type Stretch } from './stretch.ts';
import { MAX_PASSWORD_BYTES, MAX_SALT_BYTES } from './verifier.ts';

/** Longest time in milliseconds for which the event loop stands still. */
const SLICE = 10;
/** RFC 9106 §3.1 and both implementations. */
const MIN_SALT_BYTES = 8;

/**
 * P′ = stretch(P, s): 32 bytes, or the password itself with `none`. Rejects with `SrpError('stretch_refused')` above
 * the ceiling, and with the signal's reason as soon as it aborts; memory and threads are then given back shortly after.
 */
export async function stretchPassword(options: {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly stretch: Stretch;
  readonly signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  expectObject('options', options);
  const password = expectBytes('password', options.password, 0, MAX_PASSWORD_BYTES);
  const stretch = expectStretch(options.stretch);
  const salt = expectBytes(
    'salt',
    options.salt,
    stretch.name === 'none' ? 0 : MIN_SALT_BYTES,
    MAX_SALT_BYTES,
  );
  options.signal?.throwIfAborted();
  if (stretch.name === 'none') return password.slice();
  return nativeArgon2id
    ? orAborted(nativeArgon2id(password, salt, stretch), options.signal)
    : portableArgon2id(password, salt, stretch, options.signal);
}

function portableArgon2id(
  password: Uint8Array,
  salt: Uint8Array,
  { m, t, p }: Argon2Cost,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const onProgress = () => signal?.throwIfAborted();
  return argon2idAsync(password, salt, { m, t, p, dkLen: 32, asyncTick: SLICE, onProgress });
}

/** The work's result, or the signal's reason if that comes first; work that cannot be stopped ends unheard. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
