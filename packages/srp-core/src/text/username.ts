/** User names: one canonical form, computed by one function (UsernameCaseMapped, RFC 8265 §3.3). */
import { expectString } from '../argument.ts';
import { utf8 } from '../encoding.ts';
import { consistsOf, followsBidiRule, mapWidth } from './precis.ts';

/** Why a text is not accepted as a user name. */
export type UsernameProblem =
  /** Empty. */
  | 'too_short'
  /** More than 64 characters, or 200 bytes of UTF-8. */
  | 'too_long'
  /** Contains a space, a colon, a symbol, an invisible or a compatibility character. */
  | 'forbidden_character'
  /** Mixes right-to-left and left-to-right text, or two kinds of digits. */
  | 'mixed_direction';

/** The canonical name, or why the text is not accepted. */
export type PreparedUsername =
  | { readonly ok: true; readonly username: string }
  | { readonly ok: false; readonly problem: UsernameProblem };

const MAX_CHARACTERS = 64;
const MAX_BYTES = 200;
/** In UTF-16 units. Longer text never has a canonical name. */
const MAX_INPUT = 1024;

/**
 * Returns the canonical form of a user name: full-width forms become ordinary ones, capitals become lower
 * case, NFC. The result has 1 to 64 code points and at most 200 bytes of UTF-8, consists of IdentifierClass
 * characters other than the colon, and follows the Bidi Rule.
 *
 * @throws {TypeError} when `text` is not a string
 */
export function prepareUsername(text: string): PreparedUsername {
  expectString('text', text);
  if (text.length > MAX_INPUT) return refuse('too_long');
  const username = enforce(text);
  if (username === '') return refuse('too_short');
  if (username.includes(':') || !consistsOf(username, 'identifier') || enforce(username) !== username)
    return refuse('forbidden_character');
  if (!followsBidiRule(username)) return refuse('mixed_direction');
  if (Array.from(username).length > MAX_CHARACTERS || utf8(username).length > MAX_BYTES)
    return refuse('too_long');
  return { ok: true, username };
}

/** Returns whether a text is a canonical user name. Servers must accept only these from the wire. */
export function isCanonicalUsername(text: string): boolean {
  const prepared = prepareUsername(text);
  return prepared.ok && prepared.username === text;
}

/** RFC 8265 §3.3.3, steps 1 to 4. */
function enforce(text: string): string {
  return mapWidth(text).toLowerCase().normalize('NFC');
}

function refuse(problem: UsernameProblem): PreparedUsername {
  return { ok: false, problem };
}
