/**
 * Powers in BigInt, on any host. Same windows, multiplications and table look-ups for every exponent of a length
 * (digits run from 1 to 16, never 0), so that nothing branches on a secret; but BigInt arithmetic itself and the
 * look-ups are not constant-time. Where that matters use the native engine.
 */
import type { Engine, SecretExponent } from './engine.ts';
import type { Group } from './group.ts';

const WINDOW = 4;
const BASE = 2 ** WINDOW;

/**
 * Digits d[0..n) of `exponent` in base 16, each from 1 to 16 except the last, which is 0 to 16:
 * exponent = Σ d[i]·16^i. A zero digit borrows 16 from the next.
 */
function digitsOf(exponent: bigint): number[] {
  const hex = exponent.toString(16);
  const digits: number[] = [];
  let borrow = 0;
  for (let i = hex.length - 1; i > 0; i--) {
    const digit = Number.parseInt(hex.charAt(i), 16) - borrow;
    borrow = digit <= 0 ? 1 : 0;
    digits.push(digit + BASE * borrow);
  }
  digits.push(Number.parseInt(hex.charAt(0), 16) - borrow);
  return digits;
}

/** base^0 … base^16. */
function powersOf(base: bigint, N: bigint): bigint[] {
  const powers = [1n, base];
  for (let last = base; powers.length <= BASE; powers.push(last)) last = (last * base) % N;
  return powers;
}

function power({ N }: Group, base: bigint, exponent: bigint): bigint {
  const powers = powersOf(base, N);
  const digits = digitsOf(exponent);
  let result = powers[digits.pop() ?? 0] ?? 1n;
  for (let digit = digits.pop(); digit !== undefined; digit = digits.pop()) {
    for (let i = 0; i < WINDOW; i++) result = (result * result) % N;
    result = (result * (powers[digit] ?? 1n)) % N;
  }
  return result;
}

/** For each digit position i the powers g^(16^i · d), made when first needed: a power of g then takes no squaring. */
const TABLES = new WeakMap<Group, bigint[][]>();

function tableOf(group: Group, rows: number): readonly bigint[][] {
  const table = TABLES.get(group) ?? [];
  TABLES.set(group, table);
  while (table.length < rows) {
    const base = table.at(-1)?.[BASE] ?? group.g;
    table.push(powersOf(base, group.N));
  }
  return table;
}

function generatorPower(group: Group, exponent: bigint): bigint {
  const digits = digitsOf(exponent);
  const table = tableOf(group, digits.length);
  return digits.reduce((result, digit, i) => (result * (table[i]?.[digit] ?? 1n)) % group.N, 1n);
}

/** The engine for every host: BigInt, windows of four bits, a table for g. */
export const portableEngine: Engine = Object.freeze({
  name: 'portable',
  power: (group: Group, base: bigint, exponent: bigint) =>
    base === group.g ? generatorPower(group, exponent) : power(group, base, exponent),
  publicPower: power,
  fix: (group: Group, exponent: bigint): SecretExponent => ({
    value: generatorPower(group, exponent),
    power: (base) => power(group, base, exponent),
  }),
});
