/**
 * Base32 of RFC 4648 §6 for TOTP secrets: upper case, no padding. Decoding is strict (one text per byte
 * string, §3.5) or lenient (text copied from web pages), and reports what it tolerated.
 */
import { base32nopad } from '@scure/base';

/** Longer texts are rejected. */
const LONGEST = 8192;

/** What a lenient reading tolerated. */
export type Base32Warning =
  | 'secret_separators_removed'
  | 'secret_lowercase'
  | 'secret_padding_removed'
  | 'secret_nonzero_trailing_bits';

/** Why a text is not base32. */
export type Base32Problem = 'secret_missing_or_empty' | 'secret_not_base32' | 'secret_nonzero_trailing_bits';

/** The decoded bytes, or why the text is not base32. */
export type Base32Reading =
  | { ok: true; bytes: Uint8Array; warnings: Base32Warning[] }
  | { ok: false; problem: Base32Problem };

/** Encodes bytes in upper case, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  return base32nopad.encode(bytes);
}

/**
 * Decodes base32. Strict accepts only the output of {@link encodeBase32}. Lenient also accepts lower case,
 * spaces, dashes, trailing `=` and non-zero unused bits, each with a warning.
 */
export function decodeBase32(text: string, mode: 'strict' | 'lenient'): Base32Reading {
  const warnings: Base32Warning[] = [];
  if (text.length > LONGEST) return { ok: false, problem: 'secret_not_base32' };
  const symbols = mode === 'lenient' ? forgive(text, warnings) : text;
  if (symbols === '') return { ok: false, problem: 'secret_missing_or_empty' };
  // A last group of 1, 3 or 6 characters does not encode whole bytes.
  if (!/^[A-Z2-7]+$/.test(symbols) || [1, 3, 6].includes(symbols.length % 8))
    return { ok: false, problem: 'secret_not_base32' };

  // In whole groups no bits are unused, so the decoder accepts all of them.
  const whole = base32nopad.decode(symbols.padEnd(Math.ceil(symbols.length / 8) * 8, 'A'));
  const bytes = whole.slice(0, Math.floor((symbols.length * 5) / 8));
  if (encodeBase32(bytes) !== symbols) {
    if (mode === 'strict') return { ok: false, problem: 'secret_nonzero_trailing_bits' };
    warnings.push('secret_nonzero_trailing_bits');
  }
  return { ok: true, bytes, warnings };
}

function forgive(text: string, warnings: Base32Warning[]): string {
  const joined = text.replace(/[\s\-\u2010-\u2015]/gu, '');
  if (joined !== text) warnings.push('secret_separators_removed');
  const upper = joined.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  if (upper !== joined) warnings.push('secret_lowercase');
  const bare = upper.replace(/=+$/, '');
  if (bare !== upper) warnings.push('secret_padding_removed');
  return bare;
}

/** Formats a key for reading off a screen: `ABCD EFGH …`, groups of four. */
export function groupKey(base32: string): string {
  return base32.match(/.{1,4}/gsu)?.join(' ') ?? '';
}
