import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Engine, engineFor, type Group, nativeEngine, portableEngine } from '../src/index.ts';
import { reductionOf } from '../src/reduction.ts';
import { ALL_GROUPS } from './groups.ts';

/** base^exponent as one reads it. */
function plainPower({ N }: Group, base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** Every way an engine has to compute base^exponent. */
function powersOf(engine: Engine, group: Group, base: bigint, exponent: bigint): bigint[] {
  return [
    engine.power(group, base, exponent),
    engine.publicPower(group, base, exponent),
    engine.fix(group, exponent).power(base),
  ];
}

function agree(group: Group, base: bigint, exponent: bigint): void {
  if (!nativeEngine) throw new Error('this host has no native engine');
  const wanted = plainPower(group, base, exponent);
  for (const engine of [portableEngine, nativeEngine]) {
    expect(powersOf(engine, group, base, exponent), engine.name).toEqual([wanted, wanted, wanted]);
  }
  expect(portableEngine.fix(group, exponent).value).toBe(nativeEngine.fix(group, exponent).value);
}

/** Lengths first, so that short exponents are as common as long ones. */
function exponents(maxBits: number): fc.Arbitrary<bigint> {
  return fc
    .integer({ min: 1, max: maxBits })
    .chain((bits) => fc.bigInt({ min: 2n ** BigInt(bits - 1), max: 2n ** BigInt(bits) - 1n }));
}

/** Longer than the longest exponent of an exchange with SHA-512, a + u·x. */
const LONGEST = 1030;

describe.each(ALL_GROUPS)('group $name', (group) => {
  const { N, g, bits } = group;

  it('has one answer from both engines and from plain multiplication', () => {
    const base = fc.bigInt({ min: 2n, max: N - 2n });
    const numRuns = Math.max(3, Math.round((2048 / bits) ** 2 * 12));
    fc.assert(
      fc.property(base, exponents(LONGEST), (b, e) => agree(group, b, e)),
      { numRuns },
    );
  });

  it('has one answer for bases and exponents at the edges', () => {
    // (N−1)/2 has order two less than the group's, N−g and N−2 are no squares where g or 2 is one
    const bases = [2n, 3n, g, g * g, N >> 1n, (N - 1n) / 2n, N - g, N - 3n, N - 2n];
    const windows = [1n, 2n, 15n, 16n, 17n, 31n, 32n, 33n, 0x1_00_00n, 0x10_80n, 0xff_ffn, 0x7c_1fn];
    for (const base of bases) for (const exponent of windows) agree(group, base, exponent);
    for (const exponent of [2n ** 255n, 2n ** 256n - 1n, 2n ** 256n + 1n]) agree(group, N - 2n, exponent);
  });

  it('is chosen to run on the native engine here', () => {
    expect(engineFor(group).name).toBe('native');
    expect(engineFor(group)).toBe(engineFor(group));
  });

  it('reduces every product, and what is larger or smaller, like %', () => {
    const reduce = reductionOf(group);
    for (const n of [0n, 1n, N - 1n, N, N + 1n, (N - 1n) ** 2n, N ** 2n, N ** 3n])
      expect(reduce(n)).toBe(n % N);
    const factor = fc.bigInt({ min: 0n, max: N - 1n });
    fc.assert(
      fc.property(factor, factor, (a, b) => reduce(a * b) === (a * b) % N),
      { numRuns: 50 },
    );
  });
});

it('computes a power of almost N² and of N − 2, the inverse', () => {
  for (const group of ALL_GROUPS.slice(0, 3)) {
    const { N, g } = group;
    for (const engine of [portableEngine, engineFor(group)]) {
      for (const inverse of powersOf(engine, group, g + 1n, N - 2n))
        expect((inverse * (g + 1n)) % N).toBe(1n);
      expect(engine.power(group, 3n, N * N - 1n)).toBe(plainPower(group, 3n, (N * N - 1n) % (N - 1n)));
    }
  }
});
