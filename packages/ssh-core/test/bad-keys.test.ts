import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePublicKey } from '../src/index.ts';
import { decodePublicKey, MAX_KEY_BYTES } from '../src/keys/public-key.ts';
import { blobOf, join, mpint, string } from './blobs.ts';
import { damaged } from './damaged.ts';
import { refusal } from './refusal.ts';
import { keyVectors, lineOf } from './vectors.ts';

const blobs = keyVectors.accepted.map(({ name, line }) => ({ name, blob: parsePublicKey(line).blob }));
const code = (blob: Uint8Array) => refusal(() => decodePublicKey(blob));
const odd = (bytes: number, first = 0xff) => Buffer.alloc(bytes, 1).fill(first, 0, 1);
const E = Buffer.of(1, 0, 1);

describe('a blob', () => {
  it.each(blobs)('of $name is refused at every shorter length and with a byte more', ({ blob }) => {
    for (let length = 0; length < blob.length; length++)
      expect(code(blob.subarray(0, length))).toMatch(/^(malformed|unsupported_key)$/);
    expect(code(join(blob, Uint8Array.of(0)))).toBe('malformed');
  });

  it('over the limit is refused before it is read', () => {
    expect(code(new Uint8Array(MAX_KEY_BYTES + 1))).toBe('too_long');
    expect(code(new Uint8Array(MAX_KEY_BYTES))).toBe('unsupported_key');
  });

  it('with a length beyond its end reads nothing outside', () => {
    const memory = Uint8Array.from([...join('ssh-ed25519', string(new Uint8Array(32)))]);
    expect(code(memory.subarray(0, 40))).toBe('malformed');
    expect(code(join('ssh-ed25519', Uint8Array.of(0xff, 0xff, 0xff, 0xff)))).toBe('malformed');
  });

  it('is copied, so that the caller can reuse its buffer', () => {
    const { blob } = parsePublicKey(lineOf('ed25519'));
    const buffer = Uint8Array.from(blob);
    const key = decodePublicKey(buffer);
    buffer.fill(0);
    expect(key.blob).toEqual(blob);
  });

  it('of any bytes is a key or refused', () => {
    fc.assert(
      fc.property(damaged(blobs.map(({ blob }) => blob)), (input) => {
        const refused = refusal(() => expect(decodePublicKey(input).blob).toEqual(input));
        expect([undefined, 'malformed', 'unsupported_key', 'weak_key', 'too_long']).toContain(refused);
      }),
      { numRuns: 500 },
    );
  });
});

describe('Ed25519', () => {
  it.each([0, 31, 33, 64])('is refused with %i bytes', (length) => {
    expect(code(join('ssh-ed25519', string(new Uint8Array(length))))).toBe('malformed');
  });
});

describe('RSA', () => {
  const rsa = (e: Uint8Array, n: Uint8Array) => join('ssh-rsa', e, n);

  it.each([
    ['1024 bits', 128, 0xff, 'weak_key'],
    ['3071 bits', 384, 0x7f, 'weak_key'],
    ['3072 bits', 384, 0x80, undefined],
    ['16,384 bits', 2048, 0xff, undefined],
    ['16,385 bits', 2049, 0x01, 'too_long'],
  ])('of %s', (_, bytes, first, expected) => {
    expect(code(rsa(mpint(E), mpint(odd(bytes, first))))).toBe(expected);
  });

  const n = mpint(odd(384));
  it.each([
    ['a leading zero too many', rsa(mpint(E), string(Buffer.concat([Buffer.of(0, 0), odd(384)])))],
    ['a zero that is not needed', rsa(mpint(E), string(Buffer.concat([Buffer.of(0), odd(384, 0x7f)])))],
    ['a negative modulus', rsa(mpint(E), string(odd(384)))],
    ['a modulus of zero', rsa(mpint(E), string(''))],
    ['an even modulus', rsa(mpint(E), mpint(Buffer.alloc(384, 0xfe)))],
    ['a padded exponent', rsa(string(Buffer.of(0, 1, 0, 1)), n)],
    ['an exponent of 1', rsa(mpint(Buffer.of(1)), n)],
    ['an even exponent', rsa(mpint(Buffer.of(2)), n)],
    ['an exponent of zero, as bytes', rsa(string(Buffer.of(0)), n)],
    ['an exponent above 64 bits', rsa(mpint(Buffer.alloc(9, 1)), n)],
  ])('is refused with %s', (_, blob) => {
    expect(code(blob)).toBe('malformed');
  });
});

describe('ECDSA', () => {
  const P256 = parsePublicKey(lineOf('p256')).blob;
  const point = P256.subarray(-65);
  const withPoint = (bytes: Uint8Array, curve = 'nistp256') =>
    join('ecdsa-sha2-nistp256', curve, string(bytes));

  it('accepts new keys of every curve', () => {
    for (const namedCurve of ['P-256', 'P-384', 'P-521'])
      for (let round = 0; round < 10; round++)
        expect(code(blobOf(generateKeyPairSync('ec', { namedCurve }).publicKey))).toBeUndefined();
  });

  it.each([
    [
      'a point that is not on the curve',
      withPoint(Uint8Array.from(point, (byte, at) => (at === 64 ? byte ^ 1 : byte))),
    ],
    ['the origin', withPoint(Uint8Array.of(4, ...new Uint8Array(64)))],
    ['the point at infinity', withPoint(Uint8Array.of(0))],
    ['a compressed point', withPoint(Uint8Array.of(2, ...point.subarray(1, 33)))],
    ['a hybrid point', withPoint(Uint8Array.of(6, ...point.subarray(1)))],
    ['coordinates above p', withPoint(Uint8Array.of(4, ...new Uint8Array(64).fill(0xff)))],
    ['a curve of another kind', withPoint(point, 'nistp384')],
    ['a curve that does not exist', withPoint(point, 'secp256k1')],
  ])('is refused with %s', (_, blob) => {
    expect(code(blob)).toBe('malformed');
  });
});

it('ECDSA on P-521, whose coordinates have room for it, is refused with p added to x', () => {
  const { blob } = parsePublicKey(lineOf('p521'));
  const x = BigInt(`0x${Buffer.from(blob.subarray(-132, -66)).toString('hex')}`);
  const again = (x + 2n ** 521n - 1n).toString(16).padStart(132, '0');
  const point = Buffer.concat([Buffer.of(4), Buffer.from(again, 'hex'), blob.subarray(-66)]);
  expect(point).toHaveLength(133);
  expect(code(join('ecdsa-sha2-nistp521', 'nistp521', string(point)))).toBe('malformed');
});

describe('security keys', () => {
  const key = new Uint8Array(32);
  it.each([
    ['without an application', join('sk-ssh-ed25519@openssh.com', string(key), string(''))],
    ['with an application of 1,025 bytes', join('sk-ssh-ed25519@openssh.com', string(key), 'x'.repeat(1025))],
    ['with the fields of the ordinary kind', join('sk-ssh-ed25519@openssh.com', string(key))],
  ])('are refused %s', (_, blob) => {
    expect(code(blob)).toBe('malformed');
  });
});
