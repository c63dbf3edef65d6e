import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKeyId, parseKeyId } from '../src/index.ts';

const uid = 'a1_-Z';

describe('key ids', () => {
  it.each([
    ['alice', `alice#${uid}`],
    ['Alice_B.c-9', `Alice_B.c-9#${uid}`],
    ['bob@example.com', `bob%40example.com#${uid}`],
    ['alice#root', `alice%23root#${uid}`],
    ['100% me', `100%25%20me#${uid}`],
    ['Jürgen', `J%C3%BCrgen#${uid}`],
    ['☕', `%E2%98%95#${uid}`],
    ['alice (serial 1) CA\nAccepted', `alice%20%28serial%201%29%20CA%0AAccepted#${uid}`],
  ])('of %j', (username, text) => {
    expect(formatKeyId({ username, uid })).toBe(text);
    expect(parseKeyId(text)).toEqual({ username, uid });
  });

  it('hold every well-formed name, in visible ASCII without spaces', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(name, (username) => {
        const text = formatKeyId({ username, uid });
        expect(text).toMatch(/^[A-Za-z0-9._%-]+#a1_-Z$/);
        expect(parseKeyId(text)).toEqual({ username, uid });
      }),
    );
  });

  it('have one text for each account', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a%0-9A-Fz~#]{0,12}$/), (text) => {
        const read = parseKeyId(text);
        expect(read === undefined || formatKeyId(read) === text).toBe(true);
      }),
    );
  });

  it.each([
    '',
    'alice',
    '#uid',
    'alice#',
    'alice#a b',
    'alice#a#b',
    'al ice#uid',
    'alice%2#uid',
    'alice%2g#uid',
    '%61lice#uid', // an escape that is not needed
    'j%c3%bcrgen#uid', // lower case
    '%FF#uid',
    '%ED%A0%80#uid', // a surrogate
    'Jürgen#uid',
    'alice#uid\n',
    'host-certificate for web1',
  ])('are not %j', (text) => {
    expect(parseKeyId(text)).toBeUndefined();
  });

  it.each([
    ['an empty name', { username: '', uid }],
    ['a lone surrogate', { username: 'a\ud800', uid }],
    ['an empty uid', { username: 'alice', uid: '' }],
    ['a uid with #', { username: 'alice', uid: 'a#b' }],
  ])('are not made of %s', (_, account) => {
    expect(() => formatKeyId(account)).toThrow(RangeError);
  });
});
