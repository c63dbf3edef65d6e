/**
 * Cleans text from outside (a server, a database, a file name, an audit entry) before it reaches a terminal or a log.
 * Escape sequences move the cursor, rewrite earlier lines, set the title or write into the input; bidi controls reorder
 * text; invisible characters make two names look alike.
 *
 * `plain` is for one value inside a sentence or a cell. `printable` is a last guard for whole texts of the programs, which
 * can contain line ends and colours.
 */
import { COLOUR } from './escape-sequences.ts';

/** White space that would break a line: replaced by one space. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/** C0, DEL, C1; formats (bidi controls, zero width, tags, soft hyphen); every other invisible character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** More marks on one letter than any script uses paint over the lines above and below. */
const PILE_OF_MARKS = /(\p{M}{4})\p{M}+/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/**
 * Returns the text as one line that a terminal draws as it is: without control, format and invisible characters, lone
 * surrogates replaced by U+FFFD, at most `max` code points, the last an ellipsis when it was longer.
 */
export function plain(text: string, max = 200): string {
  // Cut first, generously, so that a megabyte costs no more than a line; again afterwards, exactly.
  const clean = text
    .slice(0, 8 * max)
    .replace(LONE_SURROGATES, '\ufffd')
    .replace(BREAKS, ' ')
    .replace(UNSEEN, '')
    .replace(PILE_OF_MARKS, '$1');
  const characters = Array.from(clean);
  const cut = text.length > 8 * max || characters.length > max;
  return cut ? `${characters.slice(0, Math.max(0, max - 1)).join('')}…` : clean;
}

/** A line end or one colour sequence (SGR), which stay, or one character that is removed. */
const KEPT_OR_UNSEEN = new RegExp(`(\\n|${COLOUR})|[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]`, 'gu');

/** Removes everything that is neither printable, nor a line end, nor a colour. */
export function printable(text: string): string {
  return text
    .replace(LONE_SURROGATES, '\ufffd')
    .replace(KEPT_OR_UNSEEN, (_match, kept: string | undefined) => kept ?? '');
}

/**
 * Builds a sentence with values from outside: every value goes through `plain`.
 *
 * @example
 * sentence`The server calls you ${username}.`
 */
export function sentence(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => `${text}${plain(String(values[index - 1]))}${part}`);
}
