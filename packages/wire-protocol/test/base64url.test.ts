import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64urlDecode, base64urlEncode } from '../src/base64url.ts';

describe('base64url', () => {
  it('matches the host’s encoding and round-trips', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = base64urlEncode(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(base64urlDecode(text)).toEqual(bytes);
      }),
    );
  });

  it('has one encoding for each byte string', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = base64urlDecode(text);
        if (bytes) expect(base64urlEncode(bytes)).toBe(text);
      }),
    );
  });

  // RFC 4648 §3.5 and §10
  for (const [text, why] of [
    ['Zg==', 'padding'],
    ['Zh', 'unused bits that are not zero'],
    ['Zm9=', 'padding in place of a character'],
    ['Zm9vYmF', 'unused bits in the last of three characters'],
    ['Z', 'a length that no bytes have'],
    ['Zm9vY', 'a length that no bytes have'],
    ['+/+/', 'the other alphabet'],
    ['Zm9v\n', 'a line break'],
    [' Zm9v', 'a space'],
    ['Zm9v\u0000', 'a NUL'],
    ['Ｚm9v', 'a full-width letter'],
    ['😀', 'a character outside the plane'],
  ] as const)
    it(`refuses ${JSON.stringify(text)}: ${why}`, () => {
      expect(base64urlDecode(text)).toBeUndefined();
    });
});
