/**
 * One JSON object per line, for `--json`. People look at it in terminals too, so everything that a terminal would obey is
 * written as a JSON escape. A parser reads the same values.
 */

/** DEL, C1, formats, separators. `JSON.stringify` already escapes C0, quotes and lone surrogates. */
const ESCAPED = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

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
