/** Range checks in front of every engine: 1 < base < N−1 and 1 ≤ exponent < 2^2n in a group of n bits. */
import { expectBigint } from '../argument.ts';
import { expectAnyGroup, type Group } from '../group.ts';
import { inRange } from '../public-value.ts';
import type { Engine } from './interface.ts';

function expectBase(group: Group, value: unknown): bigint {
  const base = expectBigint('base', value);
  if (!inRange(group, base)) throw new RangeError('"base" expected 1 < base < N−1');
  return base;
}

/**
 * The longest exponent of an exchange is the client's a + u·x. It is less than twice as long as N for every
 * group, hash and rule of x.
 */
function expectExponent({ bits }: Group, value: unknown): bigint {
  const exponent = expectBigint('exponent', value);
  if (exponent < 1n || exponent >> BigInt(2 * bits) !== 0n)
    throw new RangeError(`"exponent" expected 1 <= exponent < 2^${2 * bits}`);
  return exponent;
}

/** Wraps an engine in these checks. */
export function checkedEngine(engine: Engine): Engine {
  const checked =
    (power: Engine['power']): Engine['power'] =>
    (group, base, exponent) =>
      power(expectAnyGroup(group), expectBase(group, base), expectExponent(group, exponent));
  return Object.freeze({
    name: engine.name,
    power: checked(engine.power),
    publicPower: checked(engine.publicPower),
    fix(group, exponent) {
      const { value, power } = engine.fix(expectAnyGroup(group), expectExponent(group, exponent));
      return { value, power: (base) => power(expectBase(group, base)) };
    },
  } satisfies Engine);
}
