/** Converts passwords from text to bytes (OpaqueString, RFC 8265 §4.2), without trimming or truncating. */
import { expectString, expectText } from '../argument.ts';
import { utf8 } from '../encoding.ts';
import { consistsOf } from './precis.ts';

/** Why a text is not accepted as a password. */
export type PasswordProblem =
  /** Empty, or a new one with fewer than 8 characters. */
  | 'too_short'
  /** More than 1024 characters, or a new one with more than 256. */
  | 'too_long'
  /** Contains a control character, or another one that cannot be typed reliably. */
  | 'forbidden_character';

/** The password's bytes, or why it is not accepted. */
export type PreparedPassword =
  | { readonly ok: true; readonly password: Uint8Array }
  | { readonly ok: false; readonly problem: PasswordProblem };

const MAX_CHARACTERS = 1024;
const NEW_MIN_CHARACTERS = 8;
const NEW_MAX_CHARACTERS = 256;

/** Prepares a password for login: non-ASCII spaces become ASCII spaces, NFC, UTF-8; 1 to 1024 code points. */
export function preparePassword(text: string): PreparedPassword {
  return prepare(text, 1, MAX_CHARACTERS);
}

/** Prepares a new password: like `preparePassword`, with 8 to 256 code points. */
export function prepareNewPassword(text: string): PreparedPassword {
  return prepare(text, NEW_MIN_CHARACTERS, NEW_MAX_CHARACTERS);
}

/**
 * Returns the password as the old system hashed it: the UTF-8 of what was typed.
 *
 * @throws {RangeError} for a lone surrogate, which has no UTF-8 form, and above 1024 UTF-16 units
 */
export function rawPassword(text: string): Uint8Array {
  return utf8(expectText('text', text, MAX_CHARACTERS));
}

function prepare(text: string, min: number, max: number): PreparedPassword {
  expectString('text', text);
  // NFC shortens a text to a third at most (RFC 5198 §3 has no longer sequence), two units a character
  if (text.length > max * 6) return { ok: false, problem: 'too_long' };
  const password = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  if (!consistsOf(password, 'freeform')) return { ok: false, problem: 'forbidden_character' };
  const { length } = Array.from(password);
  if (length < min) return { ok: false, problem: 'too_short' };
  if (length > max) return { ok: false, problem: 'too_long' };
  return { ok: true, password: utf8(password) };
}
