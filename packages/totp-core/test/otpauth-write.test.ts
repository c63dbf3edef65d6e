/** The URIs that `formatOtpauth` writes. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOtpauth, parseOtpauth, type TotpProfile, TotpSecret } from '../src/index.ts';

describe('formatOtpauth', () => {
  const secret = TotpSecret.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

  it('writes the issuer twice, spaces as %20, and only values that differ from the defaults', () => {
    expect(formatOtpauth({ issuer: 'Big Corp', account: 'alice@example.com', secret })).toBe(
      'otpauth://totp/Big%20Corp:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Big%20Corp',
    );
    const write = (profile: TotpProfile) => formatOtpauth({ issuer: 'I', account: 'a', secret, profile });
    expect(write({ algorithm: 'SHA256', digits: 6, period: 30 })).toMatch(/issuer=I&algorithm=SHA256$/);
    expect(write({ algorithm: 'SHA1', digits: 8, period: 60 })).toMatch(/issuer=I&digits=8&period=60$/);
  });

  it('writes no padding after a key of 16 bytes', () => {
    const key = TotpSecret.fromBytes(new Uint8Array(16));
    const text = formatOtpauth({ issuer: 'A', account: 'b', secret: key });
    expect(text).toContain('?secret=AAAAAAAAAAAAAAAAAAAAAAAAAA&');
    expect(text).not.toContain('%3D');
  });

  it.each([
    ['issuer', ''],
    ['issuer', ' '],
    ['issuer', 'A:B'],
    ['issuer', 'A\nB'],
    ['issuer', 'A\u0085B'],
    ['issuer', '\ud800'],
    ['account', ''],
    ['account', '   '],
    ['account', 'a:b'],
    ['account', 'a\0b'],
    ['account', 'a\u007f'],
  ])('refuses an %s of %j, without repeating it', (name, text) => {
    const labels = { issuer: 'Countersign', account: 'alice', secret, [name]: text };
    expect(() => formatOtpauth(labels)).toThrow(
      expect.objectContaining({ code: 'bad_label', message: expect.stringMatching(`^the ${name} `) }),
    );
  });

  it('refuses a URI over 2048 characters', () => {
    const account = 'a'.repeat(1900);
    expect(parseOtpauth(formatOtpauth({ issuer: 'A', account, secret })).ok).toBe(true);
    expect(() => formatOtpauth({ issuer: 'A', account: 'a'.repeat(2000), secret })).toThrow(
      expect.objectContaining({ code: 'too_long' }),
    );
  });

  it('refuses an invalid profile', () => {
    const profile = { algorithm: 'SHA1', digits: 6, period: 0 } satisfies TotpProfile;
    expect(() => formatOtpauth({ issuer: 'A', account: 'b', secret, profile })).toThrow(RangeError);
  });

  it('writes what a strict reader reads back without a warning', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => !/[:\p{Cc}\p{Cs}]/u.test(text) && text.trim() !== '');
    fc.assert(
      fc.property(
        name,
        name,
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.constantFrom('SHA1', 'SHA256', 'SHA512'),
        fc.constantFrom(6, 7, 8),
        fc.integer({ min: 1, max: 120 }),
        (issuer, account, bytes, algorithm, digits, period) => {
          const profile = { algorithm, digits, period } satisfies TotpProfile;
          const text = formatOtpauth({ issuer, account, secret: TotpSecret.fromBytes(bytes), profile });
          const reading = parseOtpauth(text);
          expect(reading).toMatchObject({
            ok: true,
            otpauth: { type: 'totp', issuer, account: account.replace(/^ +/, ''), profile },
            warnings: [],
          });
          expect(reading.ok && reading.otpauth.secret.bytes).toEqual(bytes);
        },
      ),
    );
  });
});
