/**
 * `--json`: one object a line, for programs to read; yet people look at it in terminals too, so everything a
 * terminal could obey is written as a JSON escape. What a parser reads is unchanged.
 */

/** Besides what JSON.stringify escapes itself (C0, quotes, lone surrogates): DEL, C1, formats, separators. */
const ESCAPED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line, ended by a line feed. */
export function jsonLine(value: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(value).replace(ESCAPED, escapeUnits)}\n`;
}

/** `\uXXXX` for each UTF-16 unit. */
function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
