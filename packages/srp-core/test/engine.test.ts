import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reductionOf } from '../src/engine/reduction.ts';
import { engineFor, portableEngine } from '../src/index.ts';
import { agree, agreeOnPower, agreeOnRandomValues, edgesOf, plainPower, powersOf } from './engine-powers.ts';
import { ALL_GROUPS } from './groups.ts';

/** Bits. Larger groups are tested with every method, and with more random values, in engine.slow.test.ts. */
const LARGEST_TESTED_WHOLE = 2048;

describe.each(ALL_GROUPS)('group $name', (group) => {
  const { N, bits } = group;

  it('returns the same result from both engines and from plain multiplication', () => {
    agreeOnRandomValues(group, bits > LARGEST_TESTED_WHOLE ? 1 : 12);
  });

  it('returns the same result for bases and exponents at the limits', () => {
    const check = bits > LARGEST_TESTED_WHOLE ? agreeOnPower : agree;
    for (const { base, exponent } of edgesOf(group)) check(group, base, exponent);
  });

  it('runs on the native engine here', () => {
    expect(engineFor(group).name).toBe('native');
    expect(engineFor(group)).toBe(engineFor(group));
  });

  it('reduces every product, and larger and smaller numbers, like %', () => {
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

it('computes powers of almost N² and of N − 2, the inverse', () => {
  for (const group of ALL_GROUPS.slice(0, 3)) {
    const { N, g } = group;
    for (const engine of [portableEngine, engineFor(group)]) {
      for (const inverse of powersOf(engine, group, g + 1n, N - 2n))
        expect((inverse * (g + 1n)) % N).toBe(1n);
      expect(engine.power(group, 3n, N * N - 1n)).toBe(plainPower(group, 3n, (N * N - 1n) % (N - 1n)));
    }
  }
});
