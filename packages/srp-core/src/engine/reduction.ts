/**
 * n mod N for products of two numbers below N. JavaScript engines divide at half the speed at which they
 * multiply. So the upper half of the excess over N's length is replaced by its value modulo N, twice, and
 * only the remaining quarter is divided:
 *
 *   n = h·2^s + l  ≡  h·(2^s mod N) + l        s = 3/2, then 5/4 of N's length
 */
import type { Group } from '../group.ts';

interface Fold {
  readonly bits: number;
  readonly shift: bigint;
  /** 2^bits mod N */
  readonly factor: bigint;
}

/** n mod N */
export type Reduce = (n: bigint) => bigint;

const REDUCTIONS = new WeakMap<Group, Reduce>();

/** Returns the reduction modulo the group's N. Correct for every n ≥ 0, optimised for n < N². */
export function reductionOf(group: Group): Reduce {
  const reduce = REDUCTIONS.get(group) ?? makeReduction(group);
  REDUCTIONS.set(group, reduce);
  return reduce;
}

function makeReduction({ bits, N }: Group): Reduce {
  const folds = [bits / 2, bits / 4].map((excess): Fold => {
    const shift = BigInt(bits + excess);
    return { bits: bits + excess, shift, factor: (1n << shift) % N };
  });
  return (n) => {
    let rest = n;
    for (const { bits, shift, factor } of folds) rest = (rest >> shift) * factor + BigInt.asUintN(bits, rest);
    return rest % N;
  };
}
