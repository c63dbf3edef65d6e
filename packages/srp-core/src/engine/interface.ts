/** What computes powers modulo a group's N. The engines implement it, and nothing here imports them. */
import type { Group } from '../group.ts';

/** One secret exponent e, fixed, to which several bases are raised. */
export interface SecretExponent {
  /** g^e mod N. */
  readonly value: bigint;
  /** base^e mod N for 1 < base < N−1. */
  power(base: bigint): bigint;
}

/** Computes powers modulo a group's N, of 1 < base < N−1 by 1 ≤ exponent < 2^2n in a group of n bits: `RangeError` for others. */
export interface Engine {
  readonly name: 'native' | 'portable';
  /** base^exponent with an exponent that nobody may learn. */
  power(group: Group, base: bigint, exponent: bigint): bigint;
  /** base^exponent where the other side knows the exponent anyway. */
  publicPower(group: Group, base: bigint, exponent: bigint): bigint;
  /** g^exponent now, and other bases to the same secret exponent later. */
  fix(group: Group, exponent: bigint): SecretExponent;
}
