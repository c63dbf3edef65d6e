/** Parsers for the values of options. */
import { several, span, textThat, wholeNumber } from '@countersign/terminal';
import { describe, expect, it } from 'vitest';

describe('the value of an option', () => {
  it.each(['', '0', '11', '1.5', '1e1', '-1', ' 1', '99999999999'])(
    '%j is not a number from 1 to 10',
    (text) => {
      expect(() => wholeNumber(1, 10)(text)).toThrow('Give a whole number from 1 to 10.');
    },
  );

  it('is a whole number', () => {
    expect(['1', '10'].map(wholeNumber(1, 10))).toEqual([1, 10]);
  });

  it('is a duration in seconds', () => {
    expect(['1s', '90m', '12h', '7d', '2w'].map((text) => span(text))).toEqual([
      1, 5400, 43_200, 604_800, 1_209_600,
    ]);
    for (const text of ['', '0d', '1', 'd', '1y', '1.5h'])
      expect(() => span(text)).toThrow('such as 12h or 7d');
  });

  it('is added to those before it', () => {
    expect(several('b', several('a'))).toEqual(['a', 'b']);
  });

  it('passes a test, or is refused', () => {
    const parse = textThat((text) => text === 'yes', 'Give yes.');
    expect(parse('yes')).toBe('yes');
    expect(() => parse('no')).toThrow('Give yes.');
  });
});
