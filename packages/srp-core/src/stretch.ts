/**
 * Stretching: the slow step between password and x, which makes every guess at a stolen verifier expensive.
 * P′ = stretch(P, s). The parameters are sent with the salt, and are part of the transcript as one canonical
 * string.
 */
import { type Argon2Cost, Argon2Error, argon2id } from '@countersign/argon2id';
import { expectBytes, expectInteger, expectObject } from './argument.ts';
import { copyOf } from './encoding.ts';
import { SrpError } from './errors.ts';
import { MAX_PASSWORD_BYTES, MAX_SALT_BYTES } from './verifier.ts';

/** How a password is stretched to 32 bytes. `none` leaves it unchanged, for imported accounts. */
export type Stretch = ({ readonly name: 'argon2id' } & Argon2Cost) | { readonly name: 'none' };

/** For new accounts: Argon2id, 64 MiB, 3 passes, 4 lanes (RFC 9106 §4, second recommendation). */
export const DEFAULT_STRETCH: Stretch & { readonly name: 'argon2id' } = Object.freeze({
  name: 'argon2id',
  m: 65_536,
  t: 3,
  p: 4,
});

const KIB = 1024;
const UINT32_MAX = 2 ** 32 - 1;
/** Ceilings, so that the peer cannot demand unlimited work: memory, and memory times passes. */
const MAX_KIB = 256 * KIB;
const MAX_KIB_PASSES = 1024 * KIB;
const MAX_LANES = 64;
/** RFC 9106 §3.1. */
const MIN_SALT_BYTES = 8;

/**
 * Checks the numbers of a stretch.
 *
 * @throws {TypeError} for wrong types
 * @throws {RangeError} for numbers that the algorithm does not accept
 * @throws {SrpError} stretch_refused above the ceiling
 */
export function expectStretch(value: unknown): Stretch {
  const { name, ...cost } = expectObject('stretch', value);
  if (name === 'none') return { name };
  if (name !== 'argon2id') throw new TypeError('"stretch.name" expected the name of a stretch');
  const p = expectInteger('stretch.p', cost.p, 1, MAX_LANES);
  const m = expectInteger('stretch.m', cost.m, 8 * p, UINT32_MAX);
  const t = expectInteger('stretch.t', cost.t, 1, UINT32_MAX);
  if (m <= MAX_KIB && m * t <= MAX_KIB_PASSES) return { name, m, t, p };
  throw new SrpError(
    'stretch_refused',
    'a stretch may take 256 MiB, and 1 GiB in all passes: refuse this server',
  );
}

/**
 * Returns whether a stretch is at least as expensive as the weakest of OWASP's recommendations for Argon2id: 7
 * MiB, and 35 MiB over all passes.
 *
 * Use it for new passwords, and for what a client accepts from a server. Existing accounts have no floor:
 * raising one would lock their users out. No other function in this package calls it.
 *
 * @throws {SrpError} stretch_refused above the ceiling
 */
export function isStrongEnough(stretch: Stretch): boolean {
  const checked = expectStretch(stretch);
  return checked.name === 'argon2id' && checked.m >= 7 * KIB && checked.m * checked.t >= 35 * KIB;
}

/** Returns the canonical string of a stretch: `argon2id,m=65536,t=3,p=4` or `none`. */
export function formatStretch(stretch: Stretch): string {
  const checked = expectStretch(stretch);
  return checked.name === 'none' ? 'none' : `argon2id,m=${checked.m},t=${checked.t},p=${checked.p}`;
}

/** Returns whether two stretches are equal. */
export function sameStretch(a: Stretch, b: Stretch): boolean {
  return formatStretch(a) === formatStretch(b);
}

/**
 * Returns P′ = stretch(P, s): 32 bytes, or the password itself for `none`. Argon2id runs in another thread, or
 * in slices with pauses, so the event loop is not blocked. Rejects with the signal's reason as soon as it
 * aborts; that also stops the work, unless the host does it in its thread pool.
 *
 * @throws {SrpError} stretch_refused above the ceiling
 * @throws {SrpError} self_test_failed
 */
export async function stretchPassword(options: {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly stretch: Stretch;
  readonly signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  expectObject('options', options);
  const password = expectBytes('password', options.password, 0, MAX_PASSWORD_BYTES);
  const { name, ...cost } = expectStretch(options.stretch);
  const salt = expectBytes('salt', options.salt, name === 'none' ? 0 : MIN_SALT_BYTES, MAX_SALT_BYTES);
  options.signal?.throwIfAborted();
  if (!('m' in cost)) return copyOf(password);
  return argon2id({ password, salt, cost, signal: options.signal }).catch((error: unknown) => {
    if (error instanceof Argon2Error) throw new SrpError(error.code, error.message, { cause: error });
    throw error;
  });
}
