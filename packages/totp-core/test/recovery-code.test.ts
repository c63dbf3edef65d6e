import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  generateRecoveryCodes,
  hashRecoveryCode,
  matchRecoveryCode,
  parseRecoveryCode,
} from '../src/index.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const key = new Uint8Array(32).fill(7);

/** The canonical code whose first 15 characters are these symbols. */
function codeOf(symbols: readonly number[]): string {
  const [printed = ''] = generateRecoveryCodes({ count: 1, randomBytes: () => Uint8Array.from(symbols) });
  return printed.replaceAll('-', '');
}

const base = Array.from({ length: 15 }, (_, at) => (at * 7 + 3) % 32);

describe('the check character', () => {
  it('detects every wrong character in every place', () => {
    let caught = 0;
    for (let place = 0; place < 16; place++)
      for (let symbol = 0; symbol < 32; symbol++) {
        // As the first symbol varies, the check character takes all 32 values.
        const code = codeOf(base.with(place === 15 ? 0 : place, symbol));
        for (const wrong of ALPHABET) {
          if (wrong === code[place]) continue;
          const reading = parseRecoveryCode(code.slice(0, place) + wrong + code.slice(place + 1));
          expect(reading).toEqual({ ok: false, problem: 'check_character' });
          caught++;
        }
      }
    expect(caught).toBe(16 * 32 * 31);
  });

  it('detects every swap of two neighbours', () => {
    const caught = new Set<string>();
    for (let place = 0; place < 15; place++)
      for (let left = 0; left < 32; left++)
        for (let other = 0; other < 32; other++) {
          // Next to the check character, the first symbol produces all its values.
          const code = codeOf(base.with(place, left).with(place === 14 ? 0 : place + 1, other));
          const [a = '', b = ''] = code.slice(place, place + 2);
          if (a === b) continue;
          const swapped = code.slice(0, place) + b + a + code.slice(place + 2);
          expect(parseRecoveryCode(swapped)).toEqual({ ok: false, problem: 'check_character' });
          caught.add(`${place}${a}${b}`);
        }
    expect(caught.size).toBe(15 * 32 * 31);
  });

  it('detects the swap of any two different characters', () => {
    const code = codeOf(base);
    for (let a = 0; a < 16; a++)
      for (let b = a + 1; b < 16; b++) {
        const swapped = [...code];
        [swapped[a], swapped[b]] = [code.charAt(b), code.charAt(a)];
        expect(parseRecoveryCode(swapped.join('')).ok).toBe(code[a] === code[b]);
      }
  });

  it('accepts one random text in 32', () => {
    const right = fc.sample(fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 16, maxLength: 16 }), {
      numRuns: 3200,
      seed: 1,
    });
    const passed = right.filter((text) => parseRecoveryCode(text).ok).length;
    expect(passed).toBeGreaterThan(60);
    expect(passed).toBeLessThan(140);
  });
});

describe('generateRecoveryCodes', () => {
  it('generates ten different codes in groups of four', () => {
    const codes = generateRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(parseRecoveryCode(code)).toEqual({ ok: true, code: code.replaceAll('-', '') });
    }
  });

  it('uses 75 random bits for each and every character evenly', () => {
    // Every value of a byte in every place: with a biased mapping, the characters would not each occur 8
    // times.
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++)
      for (const character of codeOf(new Array(15).fill(byte)).slice(0, 15))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    expect([...counts.values()]).toEqual(new Array(32).fill(8 * 15));
  });

  it.each([(length: number) => new Uint8Array(length), (length: number) => new Uint8Array(length + 1)])(
    'refuses a random source that repeats itself or returns too much',
    (randomBytes) => {
      expect(() => generateRecoveryCodes({ randomBytes })).toThrow(RangeError);
    },
  );

  it.each([0, -1, 101, 1.5, Number.NaN])('refuses to generate %d', (count) => {
    expect(() => generateRecoveryCodes({ count })).toThrow(RangeError);
  });
});

describe('parseRecoveryCode', () => {
  const code = codeOf([0, 1, 1, 0, 10, 11, 12, 13, 0, 1, 28, 29, 30, 31, 5]);

  it.each([
    ['as printed', code.replace(/(.{4})(?=.)/g, '$1-')],
    ['without dashes', code],
    ['in lower case', code.toLowerCase()],
    ['with spaces', ` ${code.split('').join(' ')}\n`],
    ['with dashes of a word processor', code.replace(/(.{4})(?=.)/g, '$1–')],
    ['with O for 0 and I for 1', code.replaceAll('0', 'O').replaceAll('1', 'I')],
    ['with o for 0 and l for 1', code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')],
    ['with L and i for 1', code.replace('1', 'L').replace('1', 'i')],
    ['with spaces that do not break', code.replace(/(.{4})(?=.)/g, '$1\u00a0')],
  ])('reads a code %s', (_, typed) => {
    expect(parseRecoveryCode(typed)).toEqual({ ok: true, code });
  });

  it.each([
    '',
    '-',
    code.slice(1),
    `${code}0`,
    `U${code.slice(1)}`,
    `${code.slice(1)}ı`,
    `０${code.slice(1)}`,
    `${code.slice(1)}_`,
    '0'.repeat(10_000_000),
    '-'.repeat(10_000_000),
    null,
    undefined,
    1234567890123456,
    [code],
    { toString: () => code },
    Symbol(code),
  ])('takes input %# for no code at all', (typed) => {
    expect(parseRecoveryCode(typed)).toEqual({ ok: false, problem: 'malformed' });
  });

  it('returns a typed result whatever the input', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const parsed = parseRecoveryCode(input);
        expect(typeof (parsed.ok ? parsed.code : parsed.problem)).toBe('string');
      }),
    );
  });
});

describe('hashes of recovery codes', () => {
  const printed = generateRecoveryCodes();
  const canonical = printed.map((code) => code.replaceAll('-', ''));
  const hashes = canonical.map((code) => hashRecoveryCode(key, code));

  it('are HMAC-SHA-256 under the key', () => {
    for (const [at, code] of canonical.entries())
      expect(Buffer.from(hashes[at]!).toString('hex')).toBe(
        createHmac('sha256', key).update(code, 'ascii').digest('hex'),
      );
  });

  it('are computed only from canonical codes, so that a code has one hash', () => {
    expect(() => hashRecoveryCode(key, printed[0]!)).toThrow(TypeError);
    expect(() => hashRecoveryCode(key, canonical[0]!.toLowerCase())).toThrow(TypeError);
    expect(() => hashRecoveryCode(key.subarray(1), canonical[0]!)).toThrow(RangeError);
  });

  it('find codes in any order, each once', () => {
    let left: readonly Uint8Array[] = hashes;
    for (const code of [...printed].reverse()) {
      const match = matchRecoveryCode({ key, hashes: left, code: code.toLowerCase() });
      if (!match.ok) throw new Error(match.reason);
      left = left.filter((hash) => hash !== match.spent);
      expect(matchRecoveryCode({ key, hashes: left, code })).toEqual({ ok: false, reason: 'unknown' });
    }
    expect(left).toEqual([]);
  });

  it('do not match under another key, truncated or extended', () => {
    const [code = ''] = printed;
    const other = new Uint8Array(32).fill(8);
    expect(matchRecoveryCode({ key: other, hashes, code })).toEqual({ ok: false, reason: 'unknown' });
    const [first = new Uint8Array()] = hashes;
    const long = Uint8Array.from([...first, 0]);
    for (const kept of [first.subarray(1), first.subarray(0, 31), long, new Uint8Array()])
      expect(matchRecoveryCode({ key, hashes: [kept], code }).ok).toBe(false);
  });

  it('are not checked for a typing error, so that it costs no attempt', () => {
    const [code = ''] = canonical;
    const wrong = (code.startsWith('0') ? '2' : '0') + code.slice(1);
    expect(matchRecoveryCode({ key, hashes, code: wrong })).toEqual({ ok: false, reason: 'check_character' });
    expect(matchRecoveryCode({ key, hashes, code: 'what?' })).toEqual({ ok: false, reason: 'malformed' });
    expect(matchRecoveryCode({ key, hashes, code: null })).toEqual({ ok: false, reason: 'malformed' });
  });
});
