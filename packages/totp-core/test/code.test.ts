import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hotpValue, truncate } from '../src/code.ts';
import { computeCode, computeHotp, parseCode, stepOf, type TotpProfile, TotpSecret } from '../src/index.ts';
import { hmacOf } from '../src/secret.ts';
import { fromHex, vectors } from './vectors.ts';

interface HotpTable {
  secret: string;
  vectors: {
    count: number;
    truncated_decimal: number;
    hmac_sha1: string;
    hotp: string;
    hotp_7: string;
    hotp_8: string;
  }[];
}
interface TotpTable {
  vectors: {
    key: string;
    algorithm: TotpProfile['algorithm'];
    time: number;
    T: number;
    totp: string;
    totp_6: string;
    totp_7: string;
  }[];
  derived: { vectors: (TotpProfile & { key: string; time: number; counter: number; code: string })[] };
}

const hotpTable = vectors<HotpTable>('rfc4226-appendix-d');
const totpTable = vectors<TotpTable>('rfc6238-appendix-b');
const secretOf = (hex: string) => TotpSecret.fromBytes(fromHex(hex));

describe('RFC 4226, Appendix D', () => {
  it.each(hotpTable.vectors)('matches the HOTP value of counter $count', (row) => {
    const secret = secretOf(hotpTable.secret);
    expect(truncate(fromHex(row.hmac_sha1))).toBe(row.truncated_decimal);
    expect(computeHotp({ secret, counter: row.count })).toBe(row.hotp);
    expect(computeHotp({ secret, counter: BigInt(row.count), digits: 7 })).toBe(row.hotp_7);
    expect(computeHotp({ secret, counter: row.count, digits: 8 })).toBe(row.hotp_8);
  });
});

describe('RFC 6238, Appendix B', () => {
  it.each(totpTable.vectors)(
    'matches the code of $algorithm at $time',
    ({ key, algorithm, time, ...row }) => {
      const secret = secretOf(key);
      expect(stepOf(time)).toBe(row.T);
      expect(computeCode({ secret, time, profile: { algorithm, digits: 8, period: 30 } })).toBe(row.totp);
      expect(computeCode({ secret, time, profile: { algorithm, digits: 7, period: 30 } })).toBe(row.totp_7);
      expect(computeCode({ secret, time, profile: { algorithm, digits: 6, period: 30 } })).toBe(row.totp_6);
    },
  );

  it.each(totpTable.derived.vectors)(
    'matches the code at step $counter of $period s, $algorithm, $digits digits',
    ({ key, time, counter, code, ...profile }) => {
      expect(stepOf(time, profile)).toBe(counter);
      expect(computeCode({ secret: secretOf(key), time, profile })).toBe(code);
    },
  );
});

it('computes the same as otplib with its own formula', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.constantFrom('SHA1', 'SHA256', 'SHA512'),
      fc.constantFrom(6, 7, 8),
      fc.integer({ min: 0, max: 2 ** 46 }),
      (bytes, algorithm, digits, time) => {
        const secret = TotpSecret.fromBytes(bytes, { imported: true });
        const profile = { algorithm, digits, period: 1 } satisfies TotpProfile;
        const own = String(hotpValue(hmacOf(secret, algorithm), time, digits)).padStart(digits, '0');
        expect(own).toBe(computeCode({ secret, profile, time }));
        expect(computeHotp({ secret, counter: BigInt(time), algorithm, digits })).toBe(own);
      },
    ),
  );
});

describe('parseCode', () => {
  it.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    [' 12-34-56\n', '123456'],
    ['123\u00a0456', '123456'],
    ['123–456', '123456'],
    ['000000', '000000'],
  ])('reads %j', (typed, digits) => {
    expect(parseCode(typed, 6)).toBe(digits);
  });

  it.each([
    '１２３４５６',
    '●●●●●●',
    '12345',
    '1234567',
    '12345a',
    '+12345',
    '1e5678',
    '٣٤٥٦٧٨',
    '𝟙𝟚𝟛𝟜𝟝𝟞',
    '👍👍👍',
    '',
    ' ',
    '123456'.repeat(1_700_000),
    ' '.repeat(10_000_000),
    null,
    undefined,
    123456,
    123456n,
    Number.NaN,
    ['123456'],
    { toString: () => '123456' },
    Symbol('123456'),
    () => '123456',
    new Proxy({}, {}),
  ])('refuses input %#', (typed) => {
    expect(parseCode(typed, 6)).toBeUndefined();
  });
});

it.each([
  { algorithm: 'MD5', digits: 6, period: 30 },
  { algorithm: 'SHA1', digits: 9, period: 30 },
  { algorithm: 'SHA1', digits: 6, period: 0 },
  { algorithm: 'SHA1', digits: 6, period: 0.5 },
  { algorithm: 'SHA1', digits: 6, period: Number.NaN },
  { algorithm: '__proto__', digits: 6, period: 30 },
])('refuses the profile %j', (profile) => {
  const secret = TotpSecret.generate();
  expect(() => computeCode({ secret, time: 0, profile: profile as TotpProfile })).toThrow(RangeError);
});

it.each([-1, -1n, 2n ** 64n, 1.5, Number.NaN])('refuses the counter %s', (counter) => {
  expect(() => computeHotp({ secret: TotpSecret.generate(), counter })).toThrow(RangeError);
});

it.each([-1, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY])('refuses the time %s', (time) => {
  expect(() => stepOf(time)).toThrow(RangeError);
});
