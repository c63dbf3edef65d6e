import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { groupKey, TotpError, TotpSecret } from '../src/index.ts';

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a secret', () => {
  it('prints [redacted] in every context', () => {
    const secret = TotpSecret.fromBase32(KEY);
    const printed = [
      String(secret),
      `${secret}`,
      [secret].join(),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
      new Error('failed', { cause: secret }).cause?.toString() ?? '',
    ];
    for (const text of printed) expect(text).toContain('[redacted]');
    const raw = [
      ...printed,
      inspect(secret, { customInspect: false, showHidden: true }),
      JSON.stringify(Object.entries(secret)),
      JSON.stringify({ ...secret }),
      inspect(structuredClone(secret)),
      Object.prototype.toString.call(secret),
    ].join('\n');
    expect(raw).not.toContain(KEY);
    expect(raw).not.toMatch(/49,\s*50,\s*51|31 32 33|0x31/);
  });

  it('is revealed only on request', () => {
    const secret = TotpSecret.fromBase32(KEY);
    expect(secret.toBase32()).toBe(KEY);
    expect(Buffer.from(secret.bytes).toString()).toBe('12345678901234567890');
  });

  it('keeps its own copy', () => {
    const bytes = new Uint8Array(20).fill(1);
    const secret = TotpSecret.fromBytes(bytes);
    bytes.fill(2);
    secret.bytes.fill(3);
    expect(secret.bytes).toEqual(new Uint8Array(20).fill(1));
  });

  it('has 20 random bytes by default', () => {
    const made = new Set(Array.from({ length: 50 }, () => TotpSecret.generate().toBase32()));
    expect(made.size).toBe(50);
    expect(TotpSecret.generate().bytes).toHaveLength(20);
    expect(TotpSecret.generate({ bytes: 32 }).bytes).toHaveLength(32);
    expect(TotpSecret.generate({ randomBytes: (length) => new Uint8Array(length) }).toBase32()).toBe(
      'A'.repeat(32),
    );
  });

  it('is refused under 16 bytes unless imported, and is then weak', () => {
    const short = new Uint8Array(15);
    expect(() => TotpSecret.generate({ bytes: 15 })).toThrow(RangeError);
    expect(() => TotpSecret.fromBytes(short)).toThrow(expect.objectContaining({ code: 'short_secret' }));
    expect(() => TotpSecret.fromBase32('JBSWY3DPEHPK3PXP')).toThrow(TotpError);
    expect(TotpSecret.fromBytes(short, { imported: true }).weak).toBe(true);
    expect(TotpSecret.fromBase32('JBSWY3DPEHPK3PXP', { imported: true }).weak).toBe(true);
    expect(TotpSecret.fromBytes(new Uint8Array(16), { imported: true }).weak).toBe(false);
    expect(TotpSecret.fromBytes(new Uint8Array(16)).weak).toBe(false);
    expect(() => TotpSecret.fromBytes(new Uint8Array(0), { imported: true })).toThrow(TotpError);
  });

  it.each(['gezdgnbv gy3tqojq gezdgnbv gy3tqojq', 'GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ', `${KEY}====`])(
    'is read from %j as users copy it',
    (text) => {
      expect(TotpSecret.fromBase32(text).toBase32()).toBe(KEY);
    },
  );

  it('is refused over 2048 bytes, and from a random source that returns another number', () => {
    expect(() => TotpSecret.fromBytes(new Uint8Array(2049))).toThrow(
      expect.objectContaining({ code: 'too_long' }),
    );
    expect(() => TotpSecret.fromBase32('A'.repeat(8000))).toThrow(
      expect.objectContaining({ code: 'too_long' }),
    );
    expect(() => TotpSecret.fromBase32('A'.repeat(10_000_000))).toThrow(
      expect.objectContaining({ code: 'bad_base32' }),
    );
    expect(TotpSecret.fromBytes(new Uint8Array(2048)).bytes).toHaveLength(2048);
    expect(() => TotpSecret.generate({ randomBytes: () => new Uint8Array(19) })).toThrow(RangeError);
    expect(() => TotpSecret.fromBytes('12345678901234567890' as unknown as Uint8Array)).toThrow(TypeError);
  });

  it.each(['', '   ', 'ABC', '0123456789ABCDEFGHIJKLMNOPQRST', 'ÄÖÜ', `${KEY}!`])(
    'is not read from %j',
    (text) => {
      expect(() => TotpSecret.fromBase32(text)).toThrow(expect.objectContaining({ code: 'bad_base32' }));
      if (text !== '') expect(() => TotpSecret.fromBase32(text)).not.toThrow(text);
    },
  );
});

it('formats a key in groups of four', () => {
  expect(groupKey(KEY)).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ');
  expect(groupKey('ABCDEFG')).toBe('ABCD EFG');
  expect(groupKey('')).toBe('');
});
