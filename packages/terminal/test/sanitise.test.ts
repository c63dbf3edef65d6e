import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, sentence } from '../src/index.ts';
import { jsonLine } from '../src/output/json-lines.ts';
import { printable } from '../src/output/sanitise.ts';

const BIDI = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
const C1 = Array.from({ length: 32 }, (_, index) => String.fromCharCode(0x80 + index)).join('');
const C0 = Array.from({ length: 32 }, (_, index) => String.fromCharCode(index)).join('');
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('a value from outside', () => {
  it.each([
    ['escape sequences', 'a\u001b[2J\u001b]0;title\u0007b', 'a[2J]0;titleb'],
    ['C0, DEL and C1', `a${C0.replace(/[\t\n\v\f\r]/g, '')}\u007f${C1.replace('\u0085', '')}b`, 'ab'],
    ['bidi controls', `a${BIDI}b`, 'ab'],
    ['line ends of every kind, for one space', 'a\r\n\t\u0085\u2028\u2029b', 'a b'],
    ['lone surrogates, visibly', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['zero width and soft hyphens', 'a\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u3164b', 'ab'],
    ['tag characters', 'a\u{e0001}\u{e0041}\u{e007f}b', 'ab'],
    ['piles of marks', `a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
  ])('loses %s', (_what, text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('keeps what people write', () => {
    const written = 'Zoë Straße 山田 мир عربي עברית नमस्ते 🔑 £5 "q" \\';
    expect(plain(written)).toBe(written);
  });

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['🔑🔑🔑', 3, '🔑🔑🔑'],
    ['🔑🔑🔑🔑', 3, '🔑🔑…'],
    ['a'.repeat(1_000_000), 4, 'aaa…'],
  ])('is cut by characters, with an ellipsis', (text, max, expected) => {
    expect(plain(text, max)).toBe(expected);
  });

  it('never contains anything that a terminal obeys', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 50 }), (codes, max) => {
        const clean = plain(String.fromCharCode(...codes), max);
        expect(clean).not.toMatch(HARMFUL);
        expect(Array.from(clean).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('adds neither colours nor line ends to a sentence', () => {
    expect(sentence`Hello ${'\u001b[31mEve\nError: no'}, ${3} times`).toBe(
      'Hello [31mEve Error: no, 3 times',
    );
    expect(sentence`nothing`).toBe('nothing');
  });
});

describe('a text of the program', () => {
  it('keeps line ends and colours, and nothing else that a terminal obeys', () => {
    expect(printable(`\u001b[1mTitle\u001b[22m\nrow\u001b[2J\r\u0007${BIDI}\ud800`)).toBe(
      '\u001b[1mTitle\u001b[22m\nrow[2J\ufffd',
    );
  });
});

describe('a line of JSON', () => {
  it('is one line without anything that a terminal obeys, and reads back as it was', () => {
    const value = { text: `${C0}\u007f${C1}${BIDI}\u2028\u2029\u{e0041}é🔑` };
    const line = jsonLine(value);
    expect(line.slice(0, -1)).not.toMatch(HARMFUL);
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual(value);
    expect(line).toContain('é🔑');
  });

  it('reads back as it was for every value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        expect(JSON.parse(jsonLine(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(jsonLine(value).slice(0, -1)).not.toMatch(HARMFUL);
      }),
    );
  });
});
