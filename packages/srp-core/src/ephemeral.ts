/** The secret exponents a and b of one exchange, and the public values that follow from them. */
import { expectBytes, expectFunction } from './argument.ts';
import { toNumber } from './encoding.ts';
import { engineOr } from './engine/engine.ts';
import type { Engine } from './engine/interface.ts';
import { serverPublic } from './equations.ts';
import type { Group } from './group.ts';

/** Returns `length` random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Options of every function that begins an exchange. */
export interface EphemeralOptions {
  /** For test vectors only: called with 32, may return up to the length of N. */
  readonly randomBytes?: RandomBytes | undefined;
  readonly engine?: Engine | undefined;
}

/** RFC 5054 §2.5.3: a and b SHOULD be at least 256 bits. */
const EXPONENT_BYTES = 32;

export const hostRandomBytes: RandomBytes = (length) =>
  globalThis.crypto.getRandomValues(new Uint8Array(length));

/** Generates a and computes A = g^a. */
export function clientEphemeral(group: Group, { randomBytes, engine: given }: EphemeralOptions) {
  const engine = engineOr(given, group);
  const a = randomExponent(randomBytes, group.bytes);
  return { a, A: engine.power(group, group.g, a), engine };
}

/** Generates b and computes B = k·v + g^b. `exponent` is b in the engine's form. */
export function serverEphemeral(
  group: Group,
  k: bigint,
  v: bigint,
  { randomBytes, engine: given }: EphemeralOptions,
) {
  const engine = engineOr(given, group);
  const b = randomExponent(randomBytes, group.bytes);
  const exponent = engine.fix(group, b);
  return { b, exponent, B: serverPublic(group, k, v, exponent), engine };
}

/** A number below 2^128 is rejected: no working generator returns one. */
function randomExponent(randomBytes: RandomBytes = hostRandomBytes, maxBytes: number): bigint {
  const bytes = expectFunction('randomBytes', randomBytes)(EXPONENT_BYTES);
  const exponent = toNumber(expectBytes('randomBytes', bytes, EXPONENT_BYTES, maxBytes));
  if (exponent < 2n ** 128n) throw new RangeError('"randomBytes" expected random bytes, got a small number');
  return exponent;
}
