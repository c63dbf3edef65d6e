/** User names: one canonical form, made by one function (UsernameCaseMapped, RFC 8265 §3.3). */
import { expectString } from '../argument.ts';
import { utf8 } from '../encoding.ts';
import { followsBidiRule, isIdentifier, mapWidth } from './precis.ts';

/** Why a text cannot be a user name. */
export type UsernameProblem =
  /** Empty. */
  | 'too_short'
  /** More than 64 characters, or 200 bytes of UTF-8. */
  | 'too_long'
  /** A space, a colon, a symbol, an invisible or a compatibility character. */
  | 'forbidden_character'
  /** Writing from the right mixed with writing from the left, or digits of two kinds. */
  | 'mixed_direction';

/** The canonical name, or why there is none. */
export type PreparedUsername =
  | { readonly ok: true; readonly username: string }
  | { readonly ok: false; readonly problem: UsernameProblem };

const MAX_CHARACTERS = 64;
const MAX_BYTES = 200;
/** No canonical name comes from a text longer than this, in UTF-16 units. */
const MAX_INPUT = 1024;

/**
 * The canonical form of a user name: full-width forms become ordinary, capitals small, NFC; then 1 to 64 code
 * points, at most 200 bytes of UTF-8, of the IdentifierClass without a colon, obeying the Bidi Rule.
 *
 * @throws {TypeError} when `text` is not a string
 */
export function prepareUsername(text: string): PreparedUsername {
  expectString('text', text);
  if (text.length > MAX_INPUT) return refuse('too_long');
  const username = enforce(text);
  if (username === '') return refuse('too_short');
  if (username.includes(':') || !isIdentifier(username) || enforce(username) !== username)
    return refuse('forbidden_character');
  if (!followsBidiRule(username)) return refuse('mixed_direction');
  if (Array.from(username).length > MAX_CHARACTERS || utf8(username).length > MAX_BYTES)
    return refuse('too_long');
  return { ok: true, username };
}

/** Whether a text is a user name in its canonical form; what a server takes from the wire must be. */
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
