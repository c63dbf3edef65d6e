import { describe, expect, it } from 'vitest';
import {
  isCanonicalUsername,
  prepareNewPassword,
  preparePassword,
  prepareUsername,
  rawPassword,
} from '../src/index.ts';

describe('user names', () => {
  it.each([
    ['Alice', 'alice'],
    ['ＡＬＩＣＥ', 'alice'],
    ['jose\u0301phine', 'joséphine'],
    ['STRASSE', 'strasse'],
    ['straße', 'straße'],
    ['Ὀδυσσεύς', 'ὀδυσσεύς'],
    ['o\u2019brien', undefined],
    ["o'brien", "o'brien"],
    ['משתמש', 'משתמש'],
    ['user@host', 'user@host'],
    ['col·lega', 'col·lega'],
    ['ナカグロ・テスト', 'ナカグロ・テスト'],
    ['\u0627\u200c\u0628\u0628\u0628', undefined],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['ｶﾀｶﾅ', 'カタカナ'],
  ])('makes %j into %j', (text, canonical) => {
    const prepared = prepareUsername(text);
    expect(prepared.ok ? prepared.username : undefined).toBe(canonical);
    if (canonical !== undefined) {
      expect(isCanonicalUsername(canonical)).toBe(true);
      expect(isCanonicalUsername(text)).toBe(text === canonical);
    }
  });

  it.each([
    ['', 'too_short'],
    ['a'.repeat(65), 'too_long'],
    ['𠮷'.repeat(51), 'too_long'],
    ['א'.repeat(65), 'too_long'],
    ['al ice', 'forbidden_character'],
    ['al\u00a0ice', 'forbidden_character'],
    ['al\u3000ice', 'forbidden_character'],
    ['al:ice', 'forbidden_character'],
    ['al：ice', 'forbidden_character'],
    ['al\u0000ice', 'forbidden_character'],
    ['al\u200dice', 'forbidden_character'],
    ['al\u202eice', 'forbidden_character'],
    ['al\u00adice', 'forbidden_character'],
    ['al\ud800ice', 'forbidden_character'],
    ['ﬁona', 'forbidden_character'],
    ['henryⅣ', 'forbidden_character'],
    ['ſusan', 'forbidden_character'],
    ['love♥', 'forbidden_character'],
    ['a\u00b7lice', 'forbidden_character'],
    ['alice\ufdd0', 'forbidden_character'],
    ['alice\u{e0041}', 'forbidden_character'],
    ['٠٠٠۱۱', 'forbidden_character'],
    ['abcמשת', 'mixed_direction'],
    ['משתabc', 'mixed_direction'],
    ['1משתמש', 'mixed_direction'],
  ])('refuses %j: %s', (text, problem) => {
    expect(prepareUsername(text)).toEqual({ ok: false, problem });
    expect(isCanonicalUsername(text)).toBe(false);
  });

  it('refuses ten megabytes at once', () => {
    expect(prepareUsername('a'.repeat(10_000_000))).toEqual({ ok: false, problem: 'too_long' });
  });

  it('counts characters, not UTF-16 units', () => {
    expect(prepareUsername('ü'.repeat(64))).toEqual({ ok: true, username: 'ü'.repeat(64) });
    expect(prepareUsername('𠮷'.repeat(50))).toEqual({ ok: true, username: '𠮷'.repeat(50) });
  });

  it.each(['a', 'bob', 'eve', '李'])('accepts %j, however short', (name) => {
    expect(prepareUsername(name)).toEqual({ ok: true, username: name });
  });
});

describe('passwords', () => {
  const text = (password: string) => {
    const prepared = preparePassword(password);
    return prepared.ok ? new TextDecoder().decode(prepared.password) : prepared.problem;
  };

  it('are the same however an accent or a space was typed', () => {
    expect(text('A\u030angstro\u0308m')).toBe(text('\u00c5ngstr\u00f6m'));
    expect(text('two\u00a0words')).toBe('two words');
    expect(text('two\u3000words')).toBe('two words');
  });

  it('are not trimmed, folded or truncated', () => {
    expect(text('  PassＷord  ')).toBe('  PassＷord  ');
    expect(text('ﬁ Ⅳ ſ ♥ 😀')).toBe('ﬁ Ⅳ ſ ♥ 😀');
    expect(text('x'.repeat(1024))).toBe('x'.repeat(1024));
  });

  it('contain no control or invisible characters', () => {
    for (const bad of ['tab\t', 'nul\0', 'line\n', 'del\x7f', 'zwj\u200d', 'rlo\u202e', 'lone\ud800'])
      expect(text(bad)).toBe('forbidden_character');
    expect(text('')).toBe('too_short');
    expect(text('x'.repeat(1025))).toBe('too_long');
    expect(text('x'.repeat(10_000_000))).toBe('too_long');
  });

  it('have 8 to 256 characters when they are new', () => {
    expect(prepareNewPassword('1234567')).toEqual({ ok: false, problem: 'too_short' });
    expect(prepareNewPassword('12345678').ok).toBe(true);
    expect(prepareNewPassword('é'.repeat(256)).ok).toBe(true);
    expect(prepareNewPassword('e\u0301'.repeat(256)).ok).toBe(true);
    expect(prepareNewPassword('x'.repeat(257))).toEqual({ ok: false, problem: 'too_long' });
  });

  it('are used as typed by the legacy suite', () => {
    expect(rawPassword(' e\u0301\t')).toEqual(new TextEncoder().encode(' e\u0301\t'));
    expect(() => rawPassword('\ud800')).toThrow(RangeError);
  });
});
