import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../src/records/value.ts';

const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$bytes', '$$', '$bigint', '$x', '__proto__')),
      tie('value'),
      {
        noNullPrototype: true,
      },
    ),
  ),
})).value;

describe('values as bytes', () => {
  it('round-trip', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(value);
      }),
    );
  });

  it.each([
    [{ a: Uint8Array.of(255, 254), b: 7n }, '{"a":{"$bytes":"__4"},"b":{"$bigint":"7"}}'],
    [{ $bytes: 'text', $$: 1, $n: null }, '{"$$bytes":"text","$$$":1,"$$n":null}'],
    [['é', undefined].slice(0, 1), '["é"]'],
    [{ gone: undefined, kept: 0 }, '{"kept":0}'],
  ])('are written as the format says, case %#', (value, text) => {
    expect(new TextDecoder().decode(encodeValue(value))).toBe(text);
  });

  it('accepts a Buffer as bytes', () => {
    expect(decodeValue(encodeValue(Buffer.from('ab')))).toEqual(Uint8Array.of(97, 98));
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a date', new Date()],
    ['a map', new Map()],
    ['other arrays of numbers', new Uint16Array(1)],
  ])('refuses %s', (_, value) => {
    expect(() => encodeValue(value)).toThrow(TypeError);
  });

  it('refuses cycles', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    expect(() => encodeValue(value)).toThrow(TypeError);
  });
});

describe('base64url', () => {
  it('matches Node in both directions', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(new TextDecoder().decode(encodeValue(bytes))).toBe(JSON.stringify({ $bytes: text }));
        expect(decodeValue(encodeValue(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['A', 'AB', 'AAB', 'AAAAA', 'AA==', 'A+AA', 'A/AA', 'AA A', 'ÄA', '\u0141A'])(
    'refuses %j',
    (text) => {
      const bytes = new TextEncoder().encode(JSON.stringify({ $bytes: text }));
      expect(() => decodeValue(bytes)).toThrow(TypeError);
    },
  );
});
