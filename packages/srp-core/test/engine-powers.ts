/** Compares both engines, with each of their methods, with plain multiplication. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Engine, type Group, nativeEngine, portableEngine } from '../src/index.ts';

/** base^exponent by definition. */
export function plainPower({ N }: Group, base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** Every method of an engine that computes base^exponent. */
export function powersOf(engine: Engine, group: Group, base: bigint, exponent: bigint): bigint[] {
  return [
    engine.power(group, base, exponent),
    engine.publicPower(group, base, exponent),
    engine.fix(group, exponent).power(base),
  ];
}

/** Throws unless both engines compute base^exponent with each of their methods. */
export function agree(group: Group, base: bigint, exponent: bigint): void {
  if (!nativeEngine) throw new Error('this host has no native engine');
  const wanted = plainPower(group, base, exponent);
  for (const engine of [portableEngine, nativeEngine]) {
    expect(powersOf(engine, group, base, exponent), engine.name).toEqual([wanted, wanted, wanted]);
  }
  expect(portableEngine.fix(group, exponent).value).toBe(nativeEngine.fix(group, exponent).value);
}

/** The same with `power` only: the large groups differ in their numbers, not in the methods. */
export function agreeOnPower(group: Group, base: bigint, exponent: bigint): void {
  if (!nativeEngine) throw new Error('this host has no native engine');
  const wanted = plainPower(group, base, exponent);
  for (const engine of [portableEngine, nativeEngine])
    expect(engine.power(group, base, exponent), engine.name).toBe(wanted);
}

/** `agree` for `rounds` random bases and exponents. */
export function agreeOnRandomValues(group: Group, rounds: number): void {
  const base = fc.bigInt({ min: 2n, max: group.N - 2n });
  fc.assert(
    fc.property(base, exponents(LONGEST), (b, e) => agree(group, b, e)),
    { numRuns: rounds },
  );
}

/** The length is drawn first, so that short exponents are as common as long ones. */
export function exponents(maxBits: number): fc.Arbitrary<bigint> {
  return fc
    .integer({ min: 1, max: maxBits })
    .chain((bits) => fc.bigInt({ min: 2n ** BigInt(bits - 1), max: 2n ** BigInt(bits) - 1n }));
}

/** Longer than the longest exponent of an exchange with SHA-512, a + u·x. */
export const LONGEST = 1030;

/** Bases and exponents at the limits of an engine and of its windows. */
export function edgesOf({ N, g }: Group): { base: bigint; exponent: bigint }[] {
  // (N−1)/2 has an order half that of the group; N−g and N−2 are not squares if g or 2 is one
  const bases = [2n, 3n, g, g * g, N >> 1n, (N - 1n) / 2n, N - g, N - 3n, N - 2n];
  const windows = [1n, 2n, 15n, 16n, 17n, 31n, 32n, 33n, 0x1_00_00n, 0x10_80n, 0xff_ffn, 0x7c_1fn];
  const lengths = [2n ** 255n, 2n ** 256n - 1n, 2n ** 256n + 1n];
  return [
    ...bases.flatMap((base) => windows.map((exponent) => ({ base, exponent }))),
    ...lengths.map((exponent) => ({ base: N - 2n, exponent })),
  ];
}
