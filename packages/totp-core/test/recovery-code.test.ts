import { expect, it } from 'vitest';
import { generateRecoveryCodes, hashRecoveryCode, parseRecoveryCode } from '../src/index.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

it('makes ten different codes in groups of four', () => {
  const codes = generateRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(parseRecoveryCode(code)).toEqual({ ok: true, code: code.replaceAll('-', '') });
  }
});

it('catches every single wrong character', () => {
  for (const printed of generateRecoveryCodes({ count: 20 })) {
    const code = printed.replaceAll('-', '');
    for (let at = 0; at < 16; at++)
      for (const wrong of ALPHABET.replace(code.charAt(at), ''))
        expect(parseRecoveryCode(code.slice(0, at) + wrong + code.slice(at + 1))).toEqual({
          ok: false,
          problem: 'check_character',
        });
  }
});

it('hashes only what is canonical', () => {
  const key = new Uint8Array(32).fill(7);
  const [printed = ''] = generateRecoveryCodes();
  const code = printed.replaceAll('-', '');
  expect(hashRecoveryCode(key, code)).toHaveLength(32);
  expect(() => hashRecoveryCode(key, printed)).toThrow(TypeError);
  expect(() => hashRecoveryCode(key.subarray(1), code)).toThrow(RangeError);
});
