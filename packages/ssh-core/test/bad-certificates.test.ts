import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_CERTIFICATE_BYTES } from '../src/certificate/certificate.ts';
import { decodeCertificate, issueCertificate, parseCertificate, parsePublicKey } from '../src/index.ts';
import { makePair } from './authority.ts';
import { join, mpint, string } from './blobs.ts';
import { damaged } from './damaged.ts';
import { refusal, refusalOf } from './refusal.ts';
import { lineOf, vectors } from './vectors.ts';

const { accepted } = vectors<{ accepted: { name: string; line: string }[] }>('certificates');
const blobs = accepted.map(({ name, line }) => ({ name, blob: parseCertificate(line).blob }));
const code = (blob: Uint8Array) => refusal(() => decodeCertificate(blob));
const uint32 = (value: number) => Buffer.of(0, 0, value >> 8, value & 0xff);
const uint64 = (value: bigint | number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
const blobOfLine = (name: string) => parsePublicKey(lineOf(name)).blob;
const option = (name: string, data = string('')) => join(name, data);

/** A certificate written field by field, with what the test changes. The form of its signature is right. */
function write(change: Partial<Record<keyof typeof FIELDS, Uint8Array>> = {}): Uint8Array {
  return join(...Object.values({ ...FIELDS, ...change }));
}
const FIELDS = {
  kind: string('ssh-ed25519-cert-v01@openssh.com'),
  nonce: string(new Uint8Array(32)),
  key: string(new Uint8Array(32)),
  serial: uint64(1),
  type: uint32(1),
  keyId: string('alice'),
  principals: string(string('web')),
  validAfter: uint64(1000),
  validBefore: uint64(2000),
  criticalOptions: string(''),
  extensions: string(option('permit-pty')),
  reserved: string(''),
  authority: string(blobOfLine('ed25519')),
  signature: string(join('ssh-ed25519', string(new Uint8Array(64)))),
};

describe('a certificate', () => {
  it.each(blobs)('is refused at every shorter length and with a byte more: $name', ({ blob }) => {
    for (let length = 0; length < blob.length; length++)
      expect(code(blob.subarray(0, length))).toMatch(/^(malformed|unsupported_key)$/);
    expect(code(join(blob, Uint8Array.of(0)))).toBe('malformed');
  });

  it('over the limit is refused before it is read', () => {
    expect(code(new Uint8Array(MAX_CERTIFICATE_BYTES + 1))).toBe('too_long');
  });

  it('of any bytes is a certificate or refused', () => {
    fc.assert(
      fc.property(damaged(blobs.map(({ blob }) => blob)), (input) => {
        const error = refusalOf(() => expect(decodeCertificate(input).blob).toEqual(input));
        expect(error?.message ?? '').not.toMatch(/alice|web/);
      }),
      { numRuns: 500 },
    );
  });

  it('shares no memory with its input', () => {
    const input = Uint8Array.from(blobs[0]?.blob ?? []);
    const certificate = decodeCertificate(input);
    const before = structuredClone(certificate);
    input.fill(0);
    expect(certificate).toEqual(before);
  });

  it('is read if it is written field by field', () => {
    expect(decodeCertificate(write())).toMatchObject({ principals: ['web'], validAfter: 1000 });
  });

  it.each([
    ['of another type', { type: uint32(3) }, 'malformed'],
    ['of a host', { type: uint32(2) }, 'unsupported'],
    ['of a kind that does not exist yet', { kind: string('ssh-x-cert-v01@openssh.com') }, 'unsupported_key'],
    ['that is a key', { kind: string('ssh-ed25519') }, 'unsupported_key'],
    ['with a key id that is not UTF-8', { keyId: string(Buffer.of(0xff)) }, 'malformed'],
    ['with a NUL in its key id', { keyId: string('alice\u0000') }, 'malformed'],
    ['with a key id of 1,025 bytes', { keyId: string('x'.repeat(1025)) }, 'too_long'],
    ['without principals', { principals: string('') }, 'no_principals'],
    ['with an empty principal', { principals: string(string('')) }, 'malformed'],
    ['with half a principal', { principals: string('web') }, 'malformed'],
    ['with 257 principals', { principals: string(join(...Array(257).fill('a'))) }, 'too_long'],
    ['with an escape sequence in a principal', { principals: string(string('web\u001b[2J')) }, 'malformed'],
    ['that ends before it begins', { validBefore: uint64(1000) }, 'malformed'],
    [
      'that begins never',
      { validAfter: uint64(2n ** 64n - 1n), validBefore: uint64(2n ** 64n - 1n) },
      'malformed',
    ],
    ['that ends at a time out of range', { validBefore: uint64(2n ** 53n) }, 'malformed'],
    ['with options out of order', { extensions: string(join(option('b'), option('a'))) }, 'malformed'],
    ['with an option twice', { criticalOptions: string(join(option('a'), option('a'))) }, 'malformed'],
    [
      'with bytes behind a value',
      { criticalOptions: string(option('a', string(join('v', Uint8Array.of(0))))) },
      'malformed',
    ],
    ['with a value that is not a string', { criticalOptions: string(option('a', string('v'))) }, 'malformed'],
    ['with an option without a name', { extensions: string(option('')) }, 'malformed'],
    [
      'with 65 options',
      { extensions: string(join(...Array.from({ length: 65 }, (_, at) => option(`o${at + 10}`)))) },
      'too_long',
    ],
    [
      'with a value of 4,097 bytes',
      { extensions: string(option('a', string(string('v'.repeat(4097))))) },
      'too_long',
    ],
    ['with something reserved', { reserved: string('x') }, 'unsupported'],
    ['without an authority', { authority: string('') }, 'malformed'],
    ['signed by a certificate', { authority: string(blobs[0]?.blob ?? '') }, 'unsupported_key'],
    [
      'with a signature of 63 bytes',
      { signature: string(join('ssh-ed25519', string(new Uint8Array(63)))) },
      'malformed',
    ],
    [
      'with a signature of another kind',
      { signature: string(join('rsa-sha2-512', string(new Uint8Array(64)))) },
      'malformed',
    ],
    ['with SHA-1', { signature: string(join('ssh-rsa', string(new Uint8Array(64)))) }, 'unsupported'],
    [
      'with bytes behind its signature',
      { signature: string(join('ssh-ed25519', string(new Uint8Array(64)), 'x')) },
      'malformed',
    ],
  ])('%s is refused', (_, change, expected) => {
    expect(code(write(change))).toBe(expected);
  });

  const one = mpint(Buffer.of(1));
  it.each([
    ['rsa3072', 'rsa-sha2-512', new Uint8Array(384), undefined],
    ['rsa3072', 'rsa-sha2-512', new Uint8Array(383), 'malformed'],
    ['rsa3072', 'rsa-sha2-999', new Uint8Array(384), 'malformed'],
    ['p256', 'ecdsa-sha2-nistp256', join(one, one), undefined],
    ['p256', 'ecdsa-sha2-nistp256', join(one, one, one), 'malformed'],
    ['p256', 'ecdsa-sha2-nistp256', join(one, string(Buffer.of(0, 1))), 'malformed'],
    ['p256', 'ecdsa-sha2-nistp256', join(one, string('')), 'malformed'],
    ['p521', 'ecdsa-sha2-nistp521', join(one, mpint(new Uint8Array(67).fill(1))), 'malformed'],
    ['p256', 'ecdsa-sha2-nistp384', join(one, one), 'malformed'],
  ])('by %s with a signature of another form is refused: %s %#', (authority, algorithm, bytes, expected) => {
    const signature = string(join(algorithm, string(bytes)));
    expect(code(write({ authority: string(blobOfLine(authority)), signature }))).toBe(expected);
  });

  it.each([
    ['sk-ed25519', new Uint8Array(64)],
    ['sk-p256', join(one, one)],
  ])('by %s needs the flags and the counter of the security key', (authority, bytes) => {
    const key = blobOfLine(authority);
    const [algorithm = ''] = lineOf(authority).split(' ');
    const signed = (...rest: Uint8Array[]) =>
      code(write({ authority: string(key), signature: string(join(algorithm, string(bytes), ...rest)) }));
    expect(signed(Uint8Array.of(1, 0, 0, 0, 9))).toBeUndefined();
    expect(signed()).toBe('malformed');
    expect(signed(Uint8Array.of(1, 0, 0, 0, 9, 9))).toBe('malformed');
  });
});

describe('a line', () => {
  let blob: Uint8Array;
  beforeAll(async () => {
    const { key, sign } = makePair();
    const times = { validAfter: 1, validBefore: 2 };
    ({ blob } = await issueCertificate({
      key,
      authority: key,
      sign,
      serial: '1',
      keyId: 'x',
      principals: ['x'],
      ...times,
    }));
  });

  it.each([
    ['of a key', () => lineOf('ed25519'), 'malformed'],
    ['of a private key', () => '-----BEGIN OPENSSH PRIVATE KEY-----', 'private_key'],
    ['with options', () => `cert-authority ${accepted[0]?.line}`, 'has_options'],
    [
      'with another kind',
      () => `ssh-rsa-cert-v01@openssh.com ${Buffer.from(blob).toString('base64')}`,
      'malformed',
    ],
    ['of another program', () => '<html>', 'malformed'],
  ])('%s is refused', (_, line, expected) => {
    expect(refusal(() => parseCertificate(line()))).toBe(expected);
  });
});
