import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { privateKeyInfo, publicKeyInfo, publicValueOf, rsaPublicKey } from '../src/engine/key-der.ts';
import { hex } from './bytes.ts';
import { ALL_GROUPS } from './groups.ts';

const private8 = { format: 'der', type: 'pkcs8' } as const;
const publicInfo = { format: 'der', type: 'spki' } as const;

describe.each(ALL_GROUPS.filter(({ bits }) => bits <= 3072))('keys in group $name', (group) => {
  const { N } = group;

  it('are encoded as OpenSSL encodes them, whatever the generator', () => {
    // one byte, the sign bit set, lengths just below and above DER's short form
    for (const exponent of [3n, 0x80n, 2n ** 255n, 2n ** 256n, 2n ** 1015n, 2n ** 1016n - 1n]) {
      for (const generator of [2n, 0xffn, N >> 1n, N - 2n]) {
        const key = Buffer.from(privateKeyInfo(group, generator, exponent));
        expect(hex(createPrivateKey({ key, ...private8 }).export(private8))).toBe(hex(key));
      }
    }
  });

  it('of RSA are encoded as OpenSSL encodes them', () => {
    for (const exponent of [3n, 0x80n, 2n ** 256n, 2n ** 1015n, N - 1n]) {
      const key = Buffer.from(rsaPublicKey(group, exponent));
      const spki = createPublicKey({ key, format: 'der', type: 'pkcs1' }).export(publicInfo);
      // The RSAPublicKey is the last element of an SPKI (RFC 8017 §A.1); Node 24.21 writes only this form.
      expect(hex(spki.subarray(-key.length))).toBe(hex(key));
    }
  });

  it('contain the public value they were built from', () => {
    for (const value of [2n, 0x7fn, 0x80n, N >> 8n, N - 2n]) {
      const key = Buffer.from(publicKeyInfo(group, group.g, value));
      expect(publicValueOf(key)).toBe(value);
      expect(hex(createPublicKey({ key, ...publicInfo }).export(publicInfo))).toBe(hex(key));
    }
  });
});

it('rejects bytes that are not a public key', () => {
  const group = ALL_GROUPS[0]!;
  const key = publicKeyInfo(group, group.g, 5n);
  for (let length = 0; length < key.length; length += 1)
    expect(() => publicValueOf(key.subarray(0, length))).toThrow(RangeError);
  expect(() => publicValueOf(privateKeyInfo(group, group.g, 5n))).toThrow(RangeError);
});
