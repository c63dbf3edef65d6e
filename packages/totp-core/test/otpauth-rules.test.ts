/** The rules of `otpauth-uris.json` at their limits, beyond the cases in the file. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OtpauthProblem, parseOtpauth, type ReadingMode } from '../src/index.ts';
import { vectors } from './vectors.ts';

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const MODES: ReadingMode[] = ['strict', 'lenient'];

/** A URI that is valid except for what is given. */
function uri({
  start = 'otpauth://totp/',
  label = 'Example:bob',
  secret = KEY as string | null,
  issuer = 'Example' as string | null,
  more = '',
}) {
  const pairs = [secret === null ? '' : `secret=${secret}`, issuer === null ? '' : `issuer=${issuer}`];
  return `${start}${label}?${pairs.filter((pair) => pair !== '').join('&')}${more}`;
}

/** `accept`, or the problem. */
function verdict(text: string, mode: ReadingMode): string {
  const reading = parseOtpauth(text, { mode });
  return reading.ok ? 'accept' : reading.problem;
}

function accepted(text: string, mode: ReadingMode) {
  const reading = parseOtpauth(text, { mode });
  if (!reading.ok) throw new Error(`${reading.problem}: ${text}`);
  return reading;
}

/** Whether a lenient reader recognises a parameter that a strict one drops: `encoder=`, in any case. */
function hasNameForLenientOnly(text: string): boolean {
  const names = text.slice(text.indexOf('?') + 1).split('&');
  return names
    .map((pair) => decodeURIComponent(pair.split('=')[0] ?? ''))
    .some((name) => /^(?:amp;)*encoder$/i.test(name));
}

type Verdict = OtpauthProblem | 'accept';

/**
 * What is odd about a URI, the URI, and the result for strict and lenient readers (the same unless given).
 */
const RULES: readonly (readonly [string, string, Verdict, Verdict?])[] = [
  ['scheme in mixed case', uri({ start: 'OtpAuth://totp/' }), 'accept'],
  ['type in upper case', uri({ start: 'otpauth://HOTP/', more: '&counter=0' }), 'accept'],
  ['no double slash', uri({ start: 'otpauth:totp/' }), 'wrong_scheme'],
  ['one slash', uri({ start: 'otpauth:/totp/' }), 'wrong_scheme'],
  ['a space before the scheme', ` ${uri({})}`, 'wrong_scheme'],
  ['another scheme', uri({ start: 'https://totp/' }), 'wrong_scheme'],
  ['an empty text', '', 'wrong_scheme'],
  ['no type', uri({ start: 'otpauth:///' }), 'unknown_type'],
  ['a type with a port', uri({ start: 'otpauth://totp:80/' }), 'unknown_type'],
  ['a type with a user', uri({ start: 'otpauth://bob@totp/' }), 'unknown_type'],
  ['2048 characters', uri({ more: '&x=' }).padEnd(2048, 'a'), 'accept'],
  ['2049 characters', uri({ more: '&x=' }).padEnd(2049, 'a'), 'uri_too_long'],
  ['10 MB', 'otpauth://totp/'.padEnd(10_000_000, 'a'), 'uri_too_long'],
  ['an empty fragment', `${uri({})}#`, 'fragment_not_allowed', 'accept'],
  [
    'a fragment in the label',
    'otpauth://totp/a#b?secret=x',
    'fragment_not_allowed',
    'secret_missing_or_empty',
  ],

  ['a raw space in the query', uri({ more: '&image=a b' }), 'illegal_character_in_query', 'accept'],
  ['raw non-ASCII in the query', uri({ more: '&image=ü' }), 'illegal_character_in_query', 'accept'],
  ['an emoji in the label', uri({ label: 'Example:bob😀' }), 'illegal_character_in_label', 'accept'],
  ['half a surrogate pair', uri({ label: 'Example:bob\ud83d' }), 'illegal_character_in_label'],
  ...['"', '<', '>', '\\', '^', '`', '{', '|', '}', '[', ']'].map(
    (raw) =>
      [
        `a raw ${raw} in the label`,
        uri({ label: `Example:b${raw}b` }),
        'illegal_character_in_label',
      ] as const,
  ),
  ['a raw < in the query', uri({ more: '&image=<' }), 'illegal_character_in_query'],
  ['every character that RFC 3986 leaves alone', uri({ label: "Example:-._~!$&'()*+,;=@/" }), 'accept'],
  ['a raw tab', uri({ label: 'Example:b\tb' }), 'control_character'],
  ['a raw newline at the end', `${uri({})}\n`, 'control_character'],
  ['an encoded NUL', uri({ label: 'Example:b%00b' }), 'control_character'],
  ['an encoded DEL', uri({ label: 'Example:b%7Fb' }), 'control_character'],
  ['an encoded C1 control', uri({ label: 'Example:b%C2%9Bb' }), 'control_character'],
  ['a control in the issuer', uri({ issuer: 'Exa%0Dmple' }), 'control_character'],
  ['a control in an unknown parameter', uri({ more: '&image=%0A' }), 'control_character'],
  ['a lone percent', uri({ label: 'Example:100%' }), 'malformed_percent_encoding'],
  ['a percent before no digits', uri({ label: 'Example:%zz' }), 'malformed_percent_encoding'],
  ['encoded bytes that are not UTF-8', uri({ label: 'Example:%C3%28' }), 'malformed_percent_encoding'],
  ['overlong UTF-8', uri({ label: 'Example:%C0%AF' }), 'malformed_percent_encoding'],
  ['an encoded surrogate', uri({ label: 'Example:%ED%A0%80' }), 'malformed_percent_encoding'],
  ['a bad encoding in an unknown parameter', uri({ more: '&image=%' }), 'malformed_percent_encoding'],
  ['a bad encoding in a name', uri({ more: '&%=1' }), 'malformed_percent_encoding'],

  ['no query', 'otpauth://totp/Example:bob', 'secret_missing_or_empty'],
  ['an empty secret', uri({ secret: '' }), 'secret_missing_or_empty'],
  ['a secret of separators', uri({ secret: '%20-%20' }), 'secret_not_base32', 'secret_missing_or_empty'],
  ['a secret of padding', uri({ secret: '%3D%3D' }), 'secret_not_base32', 'secret_missing_or_empty'],
  [
    'a secret with dashes',
    uri({ secret: 'GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ' }),
    'secret_not_base32',
    'accept',
  ],
  [
    'a secret with raw spaces',
    uri({ secret: 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ' }),
    'illegal_character_in_query',
    'accept',
  ],
  ['a secret with a plus', uri({ secret: 'GEZD+GNBV' }), 'secret_not_base32', 'accept'],
  ['padding in the middle', uri({ secret: 'GEZDGNBV%3DGEZDGNBV' }), 'secret_not_base32'],
  ['raw padding at the end', uri({ secret: 'NBSWY3DPFQQHO33SNRSAU===' }), 'secret_not_base32', 'accept'],
  ['a secret with 0, 1, 8, 9', uri({ secret: 'GEZD0189' }), 'secret_not_base32'],
  ['a secret of full-width letters', uri({ secret: '%EF%BC%A1%EF%BC%A1' }), 'secret_not_base32'],
  ['a secret of letters that upper case would change', uri({ secret: '%C4%B1%C4%B1' }), 'secret_not_base32'],
  ['an encoded secret', uri({ secret: KEY.replace('G', '%47') }), 'accept'],
  ['a duplicate secret that is equal', uri({ more: `&secret=${KEY}` }), 'duplicate_parameter'],
  ['a duplicate issuer', uri({ more: '&issuer=Example' }), 'duplicate_parameter'],
  ['a duplicate of an ignored parameter', uri({ more: '&counter=1&counter=1' }), 'duplicate_parameter'],
  ['a duplicate by an encoded name', uri({ more: `&%73ecret=${KEY}` }), 'duplicate_parameter'],
  [
    'a duplicate in upper case',
    uri({ more: `&SECRET=${KEY}` }),
    'misspelled_parameter',
    'duplicate_parameter',
  ],
  ['a duplicate of an unknown parameter', uri({ more: '&image=1&image=2' }), 'accept'],
  ['a secret in upper case', uri({ secret: null, more: `&SECRET=${KEY}` }), 'misspelled_parameter', 'accept'],
  ...['Digits', 'DIGITS', 'digitS', 'amp;digits', 'amp;amp;Digits', 'AMP;digits', '%44igits'].map(
    (name) => [`digits as ${name}`, uri({ more: `&${name}=8` }), 'misspelled_parameter', 'accept'] as const,
  ),
  ['a known name with something in front', uri({ more: '&xdigits=8&amp=8&amp;=8' }), 'accept'],
  ['names of object properties', uri({ more: '&__proto__=1&constructor=2&toString=3' }), 'accept'],
  ['empty pairs', uri({ more: '&&=&' }), 'accept'],

  ['algorithm SHA-256', uri({ more: '&algorithm=SHA-256' }), 'unsupported_algorithm', 'accept'],
  ['algorithm hmac-sha-512', uri({ more: '&algorithm=hmac-sha-512' }), 'unsupported_algorithm', 'accept'],
  ['algorithm SHA_1', uri({ more: '&algorithm=SHA_1' }), 'unsupported_algorithm'],
  ['algorithm SHA384', uri({ more: '&algorithm=SHA384' }), 'unsupported_algorithm'],
  ['algorithm MD5', uri({ more: '&algorithm=MD5' }), 'unsupported_algorithm'],
  ['algorithm Hmac', uri({ more: '&algorithm=Hmac' }), 'unsupported_algorithm'],
  ['7 digits', uri({ more: '&digits=7' }), 'accept'],
  ['5 digits', uri({ more: '&digits=5' }), 'invalid_digits'],
  ['10 digits', uri({ more: '&digits=10' }), 'invalid_digits'],
  ['6.0 digits', uri({ more: '&digits=6.0' }), 'invalid_digits'],
  ['full-width digits', uri({ more: '&digits=%EF%BC%96' }), 'invalid_digits'],
  ['a period of 1', uri({ more: '&period=1' }), 'accept'],
  ['a period of 2^53 - 1', uri({ more: '&period=9007199254740991' }), 'accept'],
  ['a period of 2^53', uri({ more: '&period=9007199254740992' }), 'invalid_period'],
  ['a period with a leading zero', uri({ more: '&period=030' }), 'invalid_period'],
  ['a period with a sign', uri({ more: '&period=+30' }), 'invalid_period'],
  ['a negative period', uri({ more: '&period=-30' }), 'invalid_period'],
  ['an empty period', uri({ more: '&period=' }), 'invalid_period'],
  ['a period in hex', uri({ more: '&period=0x1e' }), 'invalid_period'],
  ['a bad counter of totp', uri({ more: '&counter=x' }), 'accept'],
  ['a bad period of hotp', uri({ start: 'otpauth://hotp/', more: '&counter=0&period=0' }), 'accept'],
  [
    'a counter of 2^64',
    uri({ start: 'otpauth://hotp/', more: '&counter=18446744073709551616' }),
    'invalid_counter',
  ],
  ['a negative counter', uri({ start: 'otpauth://hotp/', more: '&counter=-1' }), 'invalid_counter'],
  ['an empty counter', uri({ start: 'otpauth://hotp/', more: '&counter=' }), 'invalid_counter'],
  [
    'a counter with a leading zero',
    uri({ start: 'otpauth://hotp/', more: '&counter=01' }),
    'invalid_counter',
  ],

  ['an account of spaces', uri({ label: 'Example:%20%20' }), 'account_missing', 'accept'],
  ['a prefix without account', uri({ label: 'Example:' }), 'account_missing', 'accept'],
  ['no label and no slash', uri({ start: 'otpauth://totp', label: '' }), 'account_missing', 'accept'],
  ['two literal colons', uri({ label: 'Example:bob:1' }), 'colon_in_issuer_or_account', 'accept'],
  [
    'a literal colon after an encoded one',
    uri({ label: 'Exa%3Ample:bob', issuer: 'Exa%3Ample' }),
    'colon_in_issuer_or_account',
    'accept',
  ],
  [
    'a colon in the issuer parameter',
    uri({ label: 'bob', issuer: 'Exa%3Ample' }),
    'colon_in_issuer_or_account',
    'accept',
  ],
  ['an issuer that differs by a space', uri({ issuer: 'Example%20' }), 'issuer_mismatch', 'accept'],
  [
    'an issuer with a plus for a space',
    uri({ label: 'My%20Co:bob', issuer: 'My+Co' }),
    'issuer_mismatch',
    'accept',
  ],
  ['an issuer with a plus for a plus', uri({ label: 'My+Co:bob', issuer: 'My%2BCo' }), 'accept'],
  ['type steam in upper case', uri({ start: 'otpauth://STEAM/' }), 'unknown_type', 'accept'],
  ['a steam encoder', uri({ more: '&encoder=steam&digits=5' }), 'invalid_digits', 'accept'],
  ['a steam encoder twice', uri({ more: '&encoder=steam&encoder=steam' }), 'accept', 'duplicate_parameter'],
  [
    'steam with SHA256',
    uri({ start: 'otpauth://steam/', more: '&algorithm=SHA256' }),
    'unknown_type',
    'unsupported_algorithm',
  ],
  [
    'steam with another period',
    uri({ start: 'otpauth://steam/', more: '&period=60' }),
    'unknown_type',
    'invalid_period',
  ],
];

describe('the rules', () => {
  for (const [what, text, strict, lenient = strict] of RULES)
    it(`return ${strict} to strict and ${lenient} to lenient readers for ${what}`, () => {
      expect(MODES.map((mode) => verdict(text, mode))).toEqual([strict, lenient]);
    });
});

describe('what a reading finds', () => {
  it.each([
    ['Big%20Corp:%20%20alice', null, 'Big Corp', 'alice'],
    ['Big%20Corp%3a%20alice', 'Big%20Corp', 'Big Corp', 'alice'],
    ['alice%20smith', null, undefined, 'alice smith'],
    ['%20%20alice', null, undefined, 'alice'],
    ['alice%20', null, undefined, 'alice '],
    ['a+b:c+d', null, 'a+b', 'c+d'],
    ['A%26B:bob', 'A%26B', 'A&B', 'bob'],
    ['a/b:c/d', null, 'a/b', 'c/d'],
    ['%3Abob', 'Example', 'Example', 'bob'],
    ['Example:bob', '', 'Example', 'bob'],
    ['%E2%82%AC:%F0%9F%98%80', '%E2%82%AC', '€', '😀'],
  ])('in label %s with issuer %s', (label, issuer, wantedIssuer, wantedAccount) => {
    for (const mode of MODES) {
      const { otpauth } = accepted(uri({ label, issuer }), mode);
      expect([otpauth.issuer, otpauth.account]).toEqual([wantedIssuer, wantedAccount]);
    }
  });

  it.each([
    [uri({ more: '&period=120' }), []],
    [uri({ more: '&period=121' }), ['period_over_120s']],
    [uri({ start: 'otpauth://hotp/', more: '&counter=0&period=121' }), []],
    [uri({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY' }), []],
    [uri({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBV' }), ['secret_below_128_bits']],
    [uri({ label: 'bob', issuer: null }), ['issuer_missing']],
    [uri({ issuer: '' }), ['issuer_parameter_missing']],
  ])('is warned of: %s', (text, warnings) => {
    for (const mode of MODES) expect(accepted(text, mode).warnings).toEqual(warnings);
  });

  it.each([
    [uri({ label: 'Example:', more: '#x' }), ['fragment_ignored', 'account_missing']],
    [uri({ more: '&algorithm=sha-256&period=300' }), ['algorithm_normalised', 'period_over_120s']],
    [
      uri({ secret: 'nbsw-y3dp==' }),
      ['secret_separators_removed', 'secret_lowercase', 'secret_padding_removed', 'secret_below_128_bits'],
    ],
    [uri({ label: 'A%20B:c:d', issuer: 'A+C' }), ['colon_in_issuer_or_account', 'issuer_mismatch']],
  ])('is forgiven with a warning in lenient mode: %s', (text, warnings) => {
    expect(accepted(text, 'lenient').warnings).toEqual(warnings);
  });

  it.each(['Digits', 'amp;digits', 'amp;amp;DIGITS'])('never silently reads 6 digits for %s=8', (name) => {
    const reading = accepted(uri({ more: `&${name}=8&Period=60` }), 'lenient');
    expect(reading.otpauth).toMatchObject({ profile: { digits: 8, period: 60 } });
    expect(reading.warnings).toEqual(['parameter_name_normalised']);
  });

  it('reads a plus as a space in a secret, as in an issuer', () => {
    const text = uri({ secret: 'GEZD+GNBV+GY3T+QOJQ+GEZD+GNBV+GY3T+QOJQ' });
    expect(verdict(text, 'strict')).toBe('secret_not_base32');
    const reading = accepted(text, 'lenient');
    expect(reading.otpauth.secret.toBase32()).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(reading.warnings).toEqual(['plus_treated_as_space', 'secret_separators_removed']);
  });

  it('preserves a counter that no number can represent', () => {
    const { otpauth } = accepted(
      uri({ start: 'otpauth://hotp/', more: '&counter=18446744073709551615' }),
      'strict',
    );
    expect(otpauth).toMatchObject({ type: 'hotp', counter: 18446744073709551615n });
  });

  it('is always a typed result, whatever the input', () => {
    const { cases } = vectors<{ cases: { uri: string }[] }>('otpauth-uris');
    const pieces = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...cases.map((one) => one.uri)),
      fc.constantFrom('otpauth://totp/', '?', '&', '=', ':', '%3A', '%', '#', '\0', '\ud800', 'secret=', KEY),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), fc.constantFrom(...MODES), (parts, mode) => {
        expect(['boolean']).toContain(typeof parseOtpauth(parts.join(''), { mode }).ok);
      }),
      { numRuns: 1000 },
    );
    for (const odd of [null, undefined, 5, {}, Symbol('x')])
      expect(parseOtpauth(odd as unknown as string)).toEqual({ ok: false, problem: 'wrong_scheme' });
  });

  it('is the same in both modes if strict accepts, for every URI truncated or changed in one place', () => {
    const { cases } = vectors<{ cases: { uri: string }[] }>('otpauth-uris');
    const whole = cases.map((one) => one.uri).filter((text) => text.length < 200);
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.nat(),
        fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme-ascii', maxLength: 2 })),
        (text, place, put) => {
          const at = place % text.length;
          const changed = text.slice(0, at) + put + text.slice(at + 1);
          const strict = parseOtpauth(changed);
          if (!strict.ok) return;
          if (hasNameForLenientOnly(changed)) return;
          const lenient = accepted(changed, 'lenient');
          expect({ ...lenient.otpauth, secret: '' }).toEqual({ ...strict.otpauth, secret: '' });
          expect(lenient.otpauth.secret.toBase32()).toBe(strict.otpauth.secret.toBase32());
          expect(lenient.warnings).toEqual(strict.warnings);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
