import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeKrl,
  ed25519PublicKey,
  encodeKrl,
  lastSerialOf,
  makeSerial,
  parsePublicKey,
} from '../src/index.ts';
import { refusal } from './refusal.ts';
import { shownKrl } from './shown.ts';
import { keyVectors, vectors } from './vectors.ts';

interface KrlRow {
  name: string;
  base64: string;
  shown: string;
}
const { accepted, refused } = vectors<{ accepted: KrlRow[]; refused: (KrlRow & { code: string })[] }>('krls');
const bytesOf = ({ base64 }: { base64: string }) => Uint8Array.from(Buffer.from(base64, 'base64'));
const keys = keyVectors.accepted.map(({ line }) => parsePublicKey(line));
const [authority = ed25519PublicKey(new Uint8Array(32))] = keys;
const header = { version: 1, generatedAt: 1_800_000_000 };

describe('revocation lists of ssh-keygen', () => {
  it.each(accepted)('$name: every field is as ssh-keygen shows it', (row) => {
    expect(shownKrl(decodeKrl(bytesOf(row)))).toBe(row.shown);
  });

  it.each(accepted)('$name is encoded to the same bytes', (row) => {
    expect(encodeKrl(decodeKrl(bytesOf(row)))).toEqual(bytesOf(row));
  });

  it.each(refused)('$name is refused as $code', (row) => {
    expect(refusal(() => decodeKrl(bytesOf(row)))).toBe(row.code);
  });
});

describe('encodeKrl', () => {
  it('returns the same bytes for the same content in any order, with anything repeated', () => {
    const serial = fc.bigInt({ min: 1n, max: 60n }).map(String);
    const range = fc
      .tuple(fc.bigInt({ min: 1n, max: 60n }), fc.bigInt({ min: 0n, max: 9n }))
      .map(([first, more]) => ({ first: String(first), last: String(first + more) }));
    const inTwoOrders = <T>(values: fc.Arbitrary<T[]>) =>
      values.chain((some) => fc.tuple(fc.constant(some), shuffled([...some, ...some])));
    const parts = fc.tuple(
      inTwoOrders(fc.array(serial)),
      inTwoOrders(fc.array(range)),
      inTwoOrders(fc.subarray(keys)),
    );
    fc.assert(
      fc.property(parts, ([serials, ranges, listed]) => {
        const [bytes, other] = ([0, 1] as const).map((order) => {
          const section = { authority, ranges: ranges[order], serials: serials[order] };
          return encodeKrl({ ...header, certificates: [section], keys: listed[order] });
        });
        expect(other).toEqual(bytes);
        expect(encodeKrl(decodeKrl(bytes ?? new Uint8Array()))).toEqual(bytes);
      }),
    );
  });

  it('revokes exactly the numbers it is given', () => {
    const value = fc.bigInt({ min: 1n, max: 40n });
    const spans = fc.array(
      fc.tuple(value, value).map(([a, b]) => (a < b ? [a, b] : [b, a]) as [bigint, bigint]),
    );
    fc.assert(
      fc.property(fc.array(value), spans, (serials, ranges) => {
        const section = {
          authority,
          serials: serials.map(String),
          ranges: ranges.map(([first, last]) => ({ first: String(first), last: String(last) })),
        };
        const [read] = decodeKrl(encodeKrl({ ...header, certificates: [section] })).certificates;
        for (let serial = 1n; serial <= 41n; serial++)
          expect(contains(read ?? section, serial)).toBe(contains(section, serial));
      }),
    );
  });

  it('leaves out numbers that a range contains: a fence makes the list short', () => {
    const fence = lastSerialOf(1_800_000_000);
    const old = Array.from({ length: 100 }, (_, at) => makeSerial({ time: 1_799_999_900, randomBits: at }));
    const later = makeSerial({ time: 1_800_000_001, randomBits: 0 });
    const ranges = [{ first: '1', last: fence }];
    const bytes = encodeKrl({ ...header, certificates: [{ authority, ranges, serials: [...old, later] }] });
    expect(bytes).toEqual(encodeKrl({ ...header, certificates: [{ authority, ranges, serials: [later] }] }));
    expect(decodeKrl(bytes).certificates).toEqual([{ authority, ranges, serials: [later] }]);
  });

  it('writes no section for an authority with nothing to revoke', () => {
    const certificates = [{ authority, ranges: [], serials: [] }];
    expect(encodeKrl({ ...header, certificates })).toEqual(encodeKrl(header));
    expect(decodeKrl(encodeKrl(header))).toEqual({ ...header, comment: '', certificates: [], keys: [] });
  });

  it('holds 8 bytes for each single number', () => {
    const serials = (count: number) =>
      Array.from({ length: count }, (_, at) => makeSerial({ time: 1_800_000_000 + at, randomBits: 5 }));
    const size = (count: number) =>
      encodeKrl({ ...header, certificates: [{ authority, ranges: [], serials: serials(count) }] }).length;
    expect(size(10_001) - size(1)).toBe(80_000);
  });

  it.each([
    ['serial 0, which makes sshd refuse the file', { serials: ['0'] }],
    ['a range from 0, which makes sshd refuse the file', { ranges: [{ first: '0', last: '5' }] }],
    ['a range that ends before it begins', { ranges: [{ first: '5', last: '4' }] }],
    ['a serial of 65 bits', { serials: [String(2n ** 64n)] }],
    ['a serial with a leading zero', { serials: ['01'] }],
  ])('throws a RangeError for %s', (_, change) => {
    const section = { authority, ranges: [], serials: [], ...change };
    expect(() => encodeKrl({ ...header, certificates: [section] })).toThrow(RangeError);
  });

  it.each([
    ['an authority twice', { certificates: Array(2).fill({ authority, ranges: [], serials: ['1'] }) }],
    ['257 authorities', { certificates: Array(257).fill({ authority, ranges: [], serials: [] }) }],
    ['a negative version', { version: -1 }],
    ['a time in fractions', { generatedAt: 0.5 }],
    ['a comment of two lines', { comment: 'a\nb' }],
    ['a comment of 1,025 bytes', { comment: 'x'.repeat(1025) }],
    ['10,001 keys', { keys: Array(10_001).fill(authority) }],
  ])('throws a RangeError for %s', (_, change) => {
    expect(() => encodeKrl({ ...header, ...change })).toThrow(RangeError);
  });
});

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length });
}

function contains(
  { serials, ranges }: { serials: readonly string[]; ranges: readonly { first: string; last: string }[] },
  serial: bigint,
): boolean {
  return (
    serials.includes(String(serial)) ||
    ranges.some(({ first, last }) => BigInt(first) <= serial && serial <= BigInt(last))
  );
}
