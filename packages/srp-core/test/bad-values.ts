/** Invalid values of a parameter, by expected type. */
import { portableEngine } from '../src/index.ts';
import { group } from './dialect-run.ts';
import { ALL_GROUPS } from './groups.ts';
import { context, salt, suite, verifier } from './product-run.ts';

export type Case = readonly [what: string, value: unknown];

export const LONE_SURROGATE = 'al\ud800ce';
const KINDS = {
  undefined: undefined,
  null: null,
  number: 7,
  NaN: Number.NaN,
  bigint: 7n,
  boolean: true,
  string: 'seven',
  array: [1, 2, 3],
  object: {},
  function: () => 7,
  symbol: Symbol('seven'),
  date: new Date(0),
  bytes: new Uint8Array(32).fill(7),
  Uint16Array: new Uint16Array(16),
  Uint8ClampedArray: new Uint8ClampedArray(32),
  DataView: new DataView(new ArrayBuffer(32)),
  ArrayBuffer: new ArrayBuffer(32),
} as const;
type Kind = keyof typeof KINDS;

/** Values of every type but these. */
export function notOf(...kinds: readonly Kind[]): Case[] {
  return Object.entries(KINDS).filter(([kind]) => !kinds.some((wanted) => wanted === kind));
}

export const NOT_BYTES = notOf('bytes');
export const NOT_TEXT = notOf('string');
/** No value of any other type replaces an object from a list or of a class. */
export const NOTHING_FITS = notOf();
const LONG_NAME: Case[] = [
  ['1025 characters', 'x'.repeat(1025)],
  ['a lone surrogate', LONE_SURROGATE],
];
export const bytesOf = (...lengths: readonly number[]): Case[] =>
  lengths.map((length) => [`${length} bytes`, new Uint8Array(length).fill(7)]);
export const numbersOf = (values: Record<string, bigint>, length = group.bytes): Case[] =>
  Object.entries(values).map(([what, n]) => [
    what,
    new Uint8Array(Buffer.from(n.toString(16).padStart(2 * length, '0'), 'hex')),
  ]);
export const NO_PUBLIC_VALUE = [
  ...NOT_BYTES,
  ...bytesOf(0, 1, group.bytes - 1, group.bytes + 1),
  ...numbersOf({ zero: 0n, one: 1n, 'N-1': group.N - 1n, N: group.N, 'N+1': group.N + 1n }),
];
export const BAD_SALT = [...NOT_BYTES, ...bytesOf(0, 1025)];
/** Dialects allow empty salts. */
export const BAD_DIALECT_SALT = [...NOT_BYTES, ...bytesOf(1025)];
export const BAD_PASSWORD = [...NOT_BYTES, ...bytesOf(4097)];
export const BAD_NAME = [...NOT_TEXT, ...LONG_NAME];
export const NO_SUITE: Case[] = [...NOTHING_FITS, ['a copy of a suite', { ...suite }]];
export const NO_GROUP: Case[] = [...NOTHING_FITS, ['a copy of a group', { ...group }]];
export const SMALL_GROUP: Case[] = [['a group for migration', ALL_GROUPS[0]]];
export const NO_START: Case[] = [
  ...NOTHING_FITS,
  ['a bare object of its look', { A: verifier, B: verifier, M1: salt }],
];

const cost = (name: string, costs: object): Case => [`${name} ${JSON.stringify(costs)}`, { name, ...costs }];
const BAD_COSTS = [0, -1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '8', 8n, null, undefined];
const costsOf = (name: string, good: object): Case[] =>
  Object.keys(good).flatMap((key) =>
    BAD_COSTS.map(
      (bad): Case => [`${name} with ${key} = ${bad} (${typeof bad})`, { name, ...good, [key]: bad }],
    ),
  );
export const BAD_STRETCH: Case[] = [
  ...NOTHING_FITS,
  cost('toString', {}),
  cost('argon2i', { m: 8, t: 1, p: 1 }),
  cost('scrypt', { N: 131_072, r: 8, p: 1 }),
  ...costsOf('argon2id', { m: 64, t: 1, p: 1 }),
  cost('argon2id', { m: 7, t: 1, p: 1 }),
  cost('argon2id', { m: 15, t: 1, p: 2 }),
  cost('argon2id', { m: 1024, t: 1, p: 65 }),
  cost('argon2id', { m: 262_145, t: 1, p: 1 }),
  cost('argon2id', { m: 262_144, t: 5, p: 1 }),
];

/** The fields of a context, and invalid values for each. */
const BAD_CONTEXT: Record<string, Case[]> = {
  username: BAD_NAME,
  suite: NO_SUITE,
  identity: BAD_NAME,
  salt: BAD_SALT,
  stretch: BAD_STRETCH,
  binding: [...notOf('bytes'), ...bytesOf(0, 31, 33)],
};
export const NO_CONTEXT: Case[] = [
  ...NOTHING_FITS,
  ...Object.entries(BAD_CONTEXT).flatMap(([name, cases]) =>
    cases.map(([what, value]): Case => [`${name}: ${what}`, { ...context, [name]: value }]),
  ),
];

const { power, publicPower } = portableEngine;
/** Without one of its methods, or with another value in its place. */
export const NO_ENGINE: Case[] = [
  ...notOf('undefined'),
  ['an engine without fix', { name: 'odd', power, publicPower }],
  ['an engine whose fix is not a function', { name: 'odd', power, publicPower, fix: 7 }],
];
