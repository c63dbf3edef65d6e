/**
 * Powers in BigInt, on any host. With a secret exponent the same windows, multiplications and table look-ups are made
 * for every exponent of a length (digits run from 1 to the base, never 0), so that nothing branches on the secret; but
 * BigInt arithmetic itself and the look-ups are not constant-time. Where that matters use the native engine.
 */
import type { Engine, SecretExponent } from './engine.ts';
import { checkedEngine } from './engine-arguments.ts';
import type { Group } from './group.ts';
import { type Reduce, reductionOf } from './reduction.ts';

/** Bits of a digit: for any base, and for g, whose table is kept and may be larger. */
const WINDOW = 4;
const GENERATOR_WINDOW = 5;

/**
 * Digits d[0..n) of `exponent` in base 2^width, each from 1 to 2^width except the last, which may be 0:
 * exponent = Σ d[i]·2^(width·i). A zero digit borrows from the next.
 */
function digitsOf(exponent: bigint, width: number): number[] {
  const base = 2 ** width;
  const text = exponent.toString(base);
  const digits: number[] = [];
  let borrow = 0;
  for (let i = text.length - 1; i > 0; i--) {
    const digit = Number.parseInt(text.charAt(i), base) - borrow;
    borrow = digit <= 0 ? 1 : 0;
    digits.push(digit + base * borrow);
  }
  digits.push(Number.parseInt(text.charAt(0), base) - borrow);
  return digits;
}

/** first, first·factor, first·factor², …: `count` of them. */
function progression(first: bigint, factor: bigint, count: number, reduce: Reduce): bigint[] {
  const terms = [first];
  for (let last = first; terms.length < count; terms.push(last)) last = reduce(last * factor);
  return terms;
}

function power(group: Group, base: bigint, exponent: bigint): bigint {
  if (base === group.g) return generatorPower(group, exponent);
  const reduce = reductionOf(group);
  const powers = progression(1n, base, 2 ** WINDOW + 1, reduce);
  const digits = digitsOf(exponent, WINDOW);
  let result = powers[digits.pop() ?? 0] ?? 1n;
  for (let digit = digits.pop(); digit !== undefined; digit = digits.pop()) {
    for (let i = 0; i < WINDOW; i++) result = reduce(result * result);
    result = reduce(result * (powers[digit] ?? 1n));
  }
  return result;
}

/** For each digit position i the powers g^(32^i · d), made when first needed: a power of g then takes no squaring. */
const TABLES = new WeakMap<Group, bigint[][]>();

function tableOf(group: Group, rows: number): readonly bigint[][] {
  const table = TABLES.get(group) ?? [];
  TABLES.set(group, table);
  const base = 2 ** GENERATOR_WINDOW;
  const reduce = reductionOf(group);
  while (table.length < rows) table.push(progression(1n, table.at(-1)?.[base] ?? group.g, base + 1, reduce));
  return table;
}

function generatorPower(group: Group, exponent: bigint): bigint {
  const reduce = reductionOf(group);
  const digits = digitsOf(exponent, GENERATOR_WINDOW);
  const table = tableOf(group, digits.length);
  return digits.reduce((result, digit, i) => reduce(result * (table[i]?.[digit] ?? 1n)), 1n);
}

/** A zero, or up to five binary digits from a one to a one: fewer multiplications, in an order that shows the exponent. */
const SLIDING_WINDOW = /0|1(?:[01]{0,3}1)?/g;

function publicPower(group: Group, base: bigint, exponent: bigint): bigint {
  const reduce = reductionOf(group);
  const odd = progression(base, reduce(base * base), 16, reduce);
  let result = 1n;
  for (const [window] of exponent.toString(2).matchAll(SLIDING_WINDOW)) {
    for (let i = 0; i < window.length; i++) result = reduce(result * result);
    if (window !== '0') result = reduce(result * (odd[(Number.parseInt(window, 2) - 1) / 2] ?? 1n));
  }
  return result;
}

function fix(group: Group, exponent: bigint): SecretExponent {
  return {
    value: generatorPower(group, exponent),
    power: (base) => power(group, base, exponent),
  };
}

/** The engine for every host: BigInt, windows, a table for g. */
export const portableEngine: Engine = checkedEngine({ name: 'portable', power, publicPower, fix });
