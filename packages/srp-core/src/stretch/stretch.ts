/**
 * Stretching: the slow step between password and x, which makes every guess at a stolen verifier expensive.
 * P′ = stretch(P, s). The parameters are sent with the salt, and are part of the transcript as one canonical
 * string.
 */
import type { Argon2Cost } from '@countersign/argon2id';
import { expectInteger, expectObject } from '../argument.ts';
import { SrpError } from '../errors.ts';

/** scrypt (RFC 7914): N is a power of two below 2^(16·r). Uses 128·r·(N + p) bytes of memory. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** PBKDF2 with HMAC (RFC 8018 §5.2). */
export interface Pbkdf2Cost {
  readonly hash: 'SHA-1' | 'SHA-256' | 'SHA-512';
  readonly iterations: number;
}

/**
 * How a password is stretched to 32 bytes. `none` leaves it unchanged, for accounts imported from elsewhere.
 */
export type Stretch =
  | ({ readonly name: 'argon2id' } & Argon2Cost)
  | ({ readonly name: 'scrypt' } & ScryptCost)
  | ({ readonly name: 'pbkdf2' } & Pbkdf2Cost)
  | { readonly name: 'none' };

/**
 * The default for new accounts: Argon2id with 64 MiB, 3 passes, 4 lanes (RFC 9106 §4, second recommendation).
 */
export const DEFAULT_STRETCH: Stretch & { readonly name: 'argon2id' } = Object.freeze({
  name: 'argon2id',
  m: 65_536,
  t: 3,
  p: 4,
});

const KIB = 1024;
const UINT32_MAX = 2 ** 32 - 1;
/** Ceilings, so that the peer cannot demand unlimited work: memory, memory times passes, iterations. */
const MAX_KIB = 256 * KIB;
const MAX_KIB_PASSES = 1024 * KIB;
const MAX_ITERATIONS = 10_000_000;
const MAX_LANES = 64;

/**
 * Checks the numbers of a stretch.
 *
 * @throws {TypeError} for wrong types
 * @throws {RangeError} for numbers that the algorithm does not accept
 * @throws {SrpError} stretch_refused above the ceiling
 */
export function expectStretch(value: unknown): Stretch {
  const fields = expectObject('stretch', value);
  const { name } = fields;
  if (name === 'argon2id') return { name, ...expectArgon2(fields) };
  if (name === 'scrypt') return { name, ...expectScrypt(fields) };
  if (name === 'pbkdf2') return { name, hash: expectHash(fields.hash), ...expectIterations(fields) };
  if (name === 'none') return { name };
  throw new TypeError('"stretch.name" expected the name of a stretch');
}

type Fields = Readonly<Record<string, unknown>>;

function expectArgon2(fields: Fields): Argon2Cost {
  const p = expectInteger('stretch.p', fields.p, 1, MAX_LANES);
  const m = expectInteger('stretch.m', fields.m, 8 * p, UINT32_MAX);
  const t = expectInteger('stretch.t', fields.t, 1, UINT32_MAX);
  return belowCeiling(m <= MAX_KIB && m * t <= MAX_KIB_PASSES, { m, t, p });
}

function expectScrypt(fields: Fields): ScryptCost {
  const N = expectInteger('stretch.N', fields.N, 2, UINT32_MAX);
  if (!Number.isInteger(Math.log2(N))) throw new RangeError('"stretch.N" expected a power of two');
  const r = expectInteger('stretch.r', fields.r, 1, UINT32_MAX);
  const p = expectInteger('stretch.p', fields.p, 1, UINT32_MAX);
  if (Math.log2(N) >= 16 * r) throw new RangeError('"stretch.N" expected less than 2^(16·r)');
  const kib = ((N + p) * r) / 8;
  return belowCeiling(kib <= MAX_KIB && (N * r * p) / 8 <= MAX_KIB_PASSES, { N, r, p });
}

function expectIterations(fields: Fields): { iterations: number } {
  const iterations = expectInteger('stretch.iterations', fields.iterations, 1, UINT32_MAX);
  return belowCeiling(iterations <= MAX_ITERATIONS, { iterations });
}

function expectHash(value: unknown): Pbkdf2Cost['hash'] {
  if (value === 'SHA-1' || value === 'SHA-256' || value === 'SHA-512') return value;
  throw new TypeError('"stretch.hash" expected SHA-1, SHA-256 or SHA-512');
}

function belowCeiling<T>(below: boolean, cost: T): T {
  if (below) return cost;
  throw new SrpError(
    'stretch_refused',
    'a stretch may take 256 MiB, 1 GiB in all passes, and 10,000,000 iterations: refuse this server',
  );
}

/** OWASP's minimum of PBKDF2 iterations for new passwords. */
const MIN_ITERATIONS = { 'SHA-1': 1_300_000, 'SHA-256': 600_000, 'SHA-512': 210_000 } as const;

/**
 * Returns whether a stretch is at least as expensive as the weakest of OWASP's recommendations: 7 MiB and 35
 * MiB over all passes for Argon2id, N = 2^13 with N·r·p = 5·2^17 for scrypt, 600,000 iterations for PBKDF2
 * with SHA-256 (210,000 with SHA-512, 1,300,000 with SHA-1).
 *
 * Use it for new passwords, and for what a client accepts from a server. Existing accounts have no floor:
 * raising one would lock their users out. No other function in this package calls it.
 *
 * @throws {SrpError} stretch_refused above the ceiling
 */
export function isStrongEnough(stretch: Stretch): boolean {
  const checked = expectStretch(stretch);
  switch (checked.name) {
    case 'argon2id':
      return checked.m >= 7 * KIB && checked.m * checked.t >= 35 * KIB;
    case 'scrypt':
      return checked.N >= 2 ** 13 && checked.r >= 8 && checked.N * checked.r * checked.p >= 5 * 2 ** 17;
    case 'pbkdf2':
      return checked.iterations >= MIN_ITERATIONS[checked.hash];
    case 'none':
      return false;
  }
}

/**
 * Returns the canonical string of a stretch: `argon2id,m=65536,t=3,p=4`, `scrypt,N=131072,r=8,p=1`,
 * `pbkdf2-sha256,i=600000` or `none`.
 */
export function formatStretch(stretch: Stretch): string {
  const checked = expectStretch(stretch);
  switch (checked.name) {
    case 'argon2id':
      return `argon2id,m=${checked.m},t=${checked.t},p=${checked.p}`;
    case 'scrypt':
      return `scrypt,N=${checked.N},r=${checked.r},p=${checked.p}`;
    case 'pbkdf2':
      return `pbkdf2-${checked.hash.replace('-', '').toLowerCase()},i=${checked.iterations}`;
    case 'none':
      return 'none';
  }
}

/** Returns whether two stretches are equal. */
export function sameStretch(a: Stretch, b: Stretch): boolean {
  return formatStretch(a) === formatStretch(b);
}
