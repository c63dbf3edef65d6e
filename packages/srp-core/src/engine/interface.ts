/** The interface of engines, which compute powers modulo a group's N. This file imports no implementation. */
import type { Group } from '../group.ts';

/** A fixed secret exponent e, for raising several bases to it. */
export interface SecretExponent {
  /** g^e mod N. */
  readonly value: bigint;
  /** base^e mod N for 1 < base < N−1. */
  power(base: bigint): bigint;
}

/**
 * Computes powers modulo a group's N, for 1 < base < N−1 and 1 ≤ exponent < 2^2n in a group of n bits. Other
 * values are a `RangeError`.
 */
export interface Engine {
  readonly name: 'native' | 'portable';
  /** base^exponent with a secret exponent. */
  power(group: Group, base: bigint, exponent: bigint): bigint;
  /** base^exponent with an exponent that the peer knows anyway. */
  publicPower(group: Group, base: bigint, exponent: bigint): bigint;
  /** Computes g^exponent, and later raises other bases to the same secret exponent. */
  fix(group: Group, exponent: bigint): SecretExponent;
}
