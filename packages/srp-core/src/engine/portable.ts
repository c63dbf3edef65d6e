/**
 * Powers with BigInt, on any host. For a secret exponent, the sequence of windows, multiplications and table
 * look-ups depends only on its number of 64-bit words, and all numbers stay as long as N: a zero digit
 * multiplies by N + 1 instead of 1, and the product starts with 1/2 instead of 1, which is corrected at the
 * end. No branch depends on the secret. BigInt arithmetic and the look-ups are still not constant-time; where
 * that matters, use the native engine.
 */
import type { Group } from '../group.ts';
import { checkedEngine } from './arguments.ts';
import type { Engine, SecretExponent } from './interface.ts';
import { type Reduce, reductionOf } from './reduction.ts';

/** Bits per digit: for any base, and for g, whose table is kept and can be larger. */
const WINDOW = 4;
const GENERATOR_WINDOW = 5;
/** Exponents of g that are longer than any hash are not covered by the table. */
const TABLE_BITS = 512n;

/** Hex digits of a 64-bit word. */
const WORD = 16;

/** The digits of `exponent` in base 2^width, highest first, with zeros that fill up the highest word. */
function digitsOf(exponent: bigint, width: number): number[] {
  const words = Math.ceil(exponent.toString(16).length / WORD);
  const base = 2 ** width;
  const digits = exponent.toString(base).padStart(Math.ceil((words * WORD * 4) / width), '0');
  return Array.from(digits, (digit) => Number.parseInt(digit, base));
}

/** first, first·factor, first·factor², …: `count` of them. */
function progression(first: bigint, factor: bigint, count: number, reduce: Reduce): bigint[] {
  const terms = [first];
  for (let last = first; terms.length < count; terms.push(last)) last = reduce(last * factor);
  return terms;
}

/** 1/2 */
function half({ N }: Group): bigint {
  return (N + 1n) / 2n;
}

/** For each number of squarings, the correction factor, computed when first needed. */
const SQUARES_OF_TWO = new WeakMap<Group, bigint[]>();

/** 2^(2^squarings), which corrects a product that started with 1/2. */
function squareOfTwo(group: Group, squarings: number, reduce: Reduce): bigint {
  const squares = SQUARES_OF_TWO.get(group) ?? [2n];
  SQUARES_OF_TWO.set(group, squares);
  for (let last = squares.at(-1) ?? 2n; squares.length <= squarings; squares.push(last))
    last = reduce(last * last);
  return squares[squarings] ?? 2n;
}

function power(group: Group, base: bigint, exponent: bigint): bigint {
  if (base === group.g && exponent >> TABLE_BITS === 0n) return generatorPower(group, exponent);
  const reduce = reductionOf(group);
  const powers = [group.N + 1n, ...progression(base, base, 2 ** WINDOW - 1, reduce)];
  const digits = digitsOf(exponent, WINDOW);
  let result = half(group);
  for (const digit of digits) {
    for (let i = 0; i < WINDOW; i++) result = reduce(result * result);
    result = reduce(result * (powers[digit] ?? 1n));
  }
  return reduce(result * squareOfTwo(group, WINDOW * digits.length, reduce));
}

/**
 * For each digit position i, lowest first, the powers g^(32^i · d), computed when first needed, so no
 * squarings are left. The entries of the lowest position include the factor 1/2 with which the product
 * starts, or they would be short.
 */
interface GeneratorTable {
  readonly rows: bigint[][];
  /** g^32^i for the next position. */
  next: bigint;
}

const TABLES = new WeakMap<Group, GeneratorTable>();

function tableOf(group: Group, positions: number): readonly bigint[][] {
  const table = TABLES.get(group) ?? { rows: [], next: group.g };
  TABLES.set(group, table);
  const { rows } = table;
  const reduce = reductionOf(group);
  while (rows.length < positions) {
    const powers = progression(table.next, table.next, 2 ** GENERATOR_WINDOW, reduce);
    table.next = powers.pop() ?? 1n;
    const row = rows.length === 0 ? powers.map((power) => reduce(power * half(group))) : powers;
    rows.push([rows.length === 0 ? half(group) : group.N + 1n, ...row]);
  }
  return rows;
}

function generatorPower(group: Group, exponent: bigint): bigint {
  const reduce = reductionOf(group);
  const digits = digitsOf(exponent, GENERATOR_WINDOW).reverse();
  const [first = [], ...rows] = tableOf(group, digits.length);
  const [lowest = 0, ...rest] = digits;
  let product = first[lowest] ?? 1n;
  for (const [i, digit] of rest.entries()) product = reduce(product * (rows[i]?.[digit] ?? 1n));
  return reduce(product * 2n);
}

function fix(group: Group, exponent: bigint): SecretExponent {
  return {
    value: power(group, group.g, exponent),
    power: (base) => power(group, base, exponent),
  };
}

/** The engine for every host: BigInt, windows, and a table for g. */
export const portableEngine: Engine = checkedEngine({
  name: 'portable',
  power,
  // Windows that depend on the exponent would be faster by only five per cent.
  publicPower: power,
  fix,
});
