import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKrl, parsePublicKey } from '../src/index.ts';
import { MAX_KRL_BYTES } from '../src/krl/krl.ts';
import { join, string } from './blobs.ts';
import { damaged } from './damaged.ts';
import { refusal } from './refusal.ts';
import { lineOf, vectors } from './vectors.ts';

const { accepted } = vectors<{ accepted: { name: string; base64: string }[] }>('krls');
const lists = accepted.map(({ name, base64 }) => ({
  name,
  bytes: Uint8Array.from(Buffer.from(base64, 'base64')),
}));
const code = (bytes: Uint8Array) => refusal(() => decodeKrl(bytes));
const text = (content: string) => Uint8Array.from(Buffer.from(content));
const uint64 = (...values: (bigint | number)[]) => {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [at, value] of values.entries()) bytes.writeBigUInt64BE(BigInt(value), 8 * at);
  return bytes;
};
const blob = parsePublicKey(lineOf('ed25519')).blob;
const other = parsePublicKey(lineOf('p256')).blob;

/** A list written field by field, with what the test changes. */
function write(
  sections: Uint8Array[],
  change: Partial<Record<keyof typeof HEADER, Uint8Array>> = {},
): Uint8Array {
  return join(...Object.values({ ...HEADER, ...change }), ...sections);
}
const HEADER = {
  magic: text('SSHKRL\n\0'),
  format: Buffer.of(0, 0, 0, 1),
  version: uint64(1),
  generatedAt: uint64(1_800_000_000),
  flags: uint64(0),
  reserved: string(''),
  comment: string(''),
};
const section = (type: number, ...content: Uint8Array[]) => join(Buffer.of(type), string(join(...content)));
const certificates = (key: Uint8Array, ...subsections: Uint8Array[]) =>
  section(1, string(key), string(''), ...subsections);
const range = (first: number, last: number) => section(0x21, uint64(first, last));
const serials = (...values: number[]) => section(0x20, uint64(...values));
const sorted = [string(blob), string(other)].sort(Buffer.compare);

/** Where the header and each section of a list end. */
function endsOfSections(bytes: Uint8Array): number[] {
  const list = Buffer.from(bytes);
  const ends = [44 + list.readUInt32BE(40)];
  for (let end = ends[0] ?? 0; end < list.length; ends.push(end)) end += 5 + list.readUInt32BE(end + 1);
  return ends;
}

describe('a revocation list', () => {
  it.each(lists)('is refused at every shorter length and with a byte more: $name', ({ bytes }) => {
    const whole = [...bytes.keys()].filter((length) => code(bytes.subarray(0, length)) === undefined);
    // After the header or a section nothing shows that more should follow.
    expect(whole).toEqual(endsOfSections(bytes).filter((end) => end < bytes.length));
    expect(code(join(bytes, Uint8Array.of(0)))).toBe('malformed');
  });

  it.each([
    ['an empty file, which sshd takes for a list that revokes nothing', ''],
    ['comments alone, which sshd takes for a list that revokes nothing', '# nothing here\n'],
    ['a page of an error', '<!doctype html><title>502 Bad Gateway</title>'],
    ['a list of keys as text', `${lineOf('ed25519')}\n`],
    ['half of the magic', 'SSHKRL'],
  ])('is not %s', (_, content) => {
    expect(code(text(content))).toBe('malformed');
  });

  it('over the limit is refused before it is read', () => {
    expect(code(new Uint8Array(MAX_KRL_BYTES + 1))).toBe('too_long');
  });

  it('of any bytes is a list or refused', () => {
    fc.assert(
      fc.property(damaged(lists.map(({ bytes }) => bytes)), (input) => {
        const codes = [undefined, 'malformed', 'unsupported', 'unsupported_key', 'weak_key', 'too_long'];
        expect(codes).toContain(code(input));
      }),
      { numRuns: 500 },
    );
  });

  it('is read if it is written field by field', () => {
    const list = write([
      certificates(blob, serials(3, 4), range(10, 20), serials(30)),
      section(2, ...sorted),
    ]);
    expect(decodeKrl(list).certificates).toMatchObject([
      { ranges: [{ first: '10', last: '20' }], serials: ['3', '4', '30'] },
    ]);
    expect(decodeKrl(list).keys).toHaveLength(2);
  });

  it.each([
    [
      'a version of the format that does not exist yet',
      write([], { format: Buffer.of(0, 0, 0, 2) }),
      'unsupported',
    ],
    ['flags', write([], { flags: uint64(1) }), 'unsupported'],
    ['something reserved', write([], { reserved: string('x') }), 'unsupported'],
    ['a comment that is not UTF-8', write([], { comment: string(Buffer.of(0xff)) }), 'malformed'],
    ['a comment of 1,025 bytes', write([], { comment: string('x'.repeat(1025)) }), 'too_long'],
    ['a time out of range', write([], { generatedAt: uint64(2n ** 53n) }), 'malformed'],
    ['a signature', write([section(4)]), 'unsupported'],
    ['an extension', write([section(255)]), 'unsupported'],
    ['an unknown section', write([section(6)]), 'unsupported'],
    ['an empty authority, which stands for all', write([certificates(text(''), range(1, 5))]), 'unsupported'],
    [
      'a section with something reserved',
      write([section(1, string(blob), string('x'), serials(1))]),
      'unsupported',
    ],
    ['a section that revokes nothing', write([certificates(blob)]), 'malformed'],
    ['a list of no numbers', write([certificates(blob, serials())]), 'malformed'],
    ['keys that are none', write([section(2)]), 'malformed'],
    [
      'an authority twice',
      write([certificates(blob, serials(1)), certificates(blob, serials(2))]),
      'malformed',
    ],
    ['serial 0', write([certificates(blob, serials(0))]), 'malformed'],
    ['a range from 0', write([certificates(blob, range(0, 5))]), 'malformed'],
    ['a range that ends before it begins', write([certificates(blob, range(6, 5))]), 'malformed'],
    ['a range of one number', write([certificates(blob, range(5, 5))]), 'malformed'],
    ['a range of three numbers', write([certificates(blob, section(0x21, uint64(1, 2, 3)))]), 'malformed'],
    ['half a number', write([certificates(blob, section(0x20, Buffer.of(0, 0, 0, 1)))]), 'malformed'],
    ['numbers out of order', write([certificates(blob, serials(2, 1))]), 'malformed'],
    ['a number twice', write([certificates(blob, serials(2, 2))]), 'malformed'],
    ['two lists in a row', write([certificates(blob, serials(1), serials(2))]), 'malformed'],
    ['ranges that overlap', write([certificates(blob, range(1, 9), range(5, 12))]), 'malformed'],
    ['a number inside a range', write([certificates(blob, range(1, 9), serials(5))]), 'malformed'],
    ['keys out of order', write([section(2, ...sorted.toReversed())]), 'malformed'],
    ['a key twice', write([section(2, string(blob), string(blob))]), 'malformed'],
    [
      'keys before certificates',
      write([section(2, string(blob)), certificates(blob, serials(1))]),
      'malformed',
    ],
  ])('with %s is refused', (_, bytes, expected) => {
    expect(code(bytes)).toBe(expected);
  });
});
