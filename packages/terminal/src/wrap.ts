/**
 * Prose on a terminal: broken between words, never inside one. A pin, a path or a URI is one word however long it is,
 * and so is a command of ours up to the punctuation after it: whoever copies it wants it whole, and a shell runs the half
 * before a line end.
 */
import { COLOUR } from './escape-sequences.ts';
import { widthOf } from './text-width.ts';

const COLOURS = new RegExp(COLOUR, 'gu');
const PROGRAM = /^\(?(?:countersign|countersign-server|npm|npx)$/u;
const END_OF_CLAUSE = /[.,;:!?)]$/u;

/**
 * The text with a line end where a line would be wider than `width` columns; lines that fit stay as they are. What
 * follows is indented as the line is, or by `hanging` columns where that leaves room for words. A word or a command alone on its line may still be too wide, and the terminal goes
 * on below; colours take no columns.
 */
export function wrapWords(text: string, width: number, hanging?: number): string {
  return text
    .split('\n')
    .map((line) => (shownWidth(line) <= width ? line : wrapLine(line, width, hanging)))
    .join('\n');
}

/** Columns that a hanging indent must leave. */
const LEAST_COLUMNS = 20;

function wrapLine(line: string, width: number, hanging?: number): string {
  const own = /^ */u.exec(line)?.[0] ?? '';
  const indent = hanging !== undefined && width - hanging >= LEAST_COLUMNS ? ' '.repeat(hanging) : own;
  const lines: string[] = [];
  let current: string | undefined;
  for (const piece of piecesOf(line.slice(own.length))) {
    const longer: string = current === undefined ? own + piece : `${current} ${piece}`;
    if (current === undefined || shownWidth(longer) <= width) {
      current = longer;
    } else {
      lines.push(current.trimEnd());
      current = indent + piece;
    }
  }
  return [...lines, current ?? ''].join('\n');
}

/** The words of a line, a whole command counting as one. */
function piecesOf(line: string): string[] {
  const words = line.split(' ');
  const pieces: string[] = [];
  for (let start = 0; start < words.length; ) {
    const end = endOfCommand(words, start);
    pieces.push(words.slice(start, end).join(' '));
    start = end;
  }
  return pieces;
}

/** Where the command that begins at `start` ends; after one word if none begins there. */
function endOfCommand(words: readonly string[], start: number): number {
  const plainWords = words.map((word) => word.replaceAll(COLOURS, ''));
  if (!PROGRAM.test(plainWords[start] ?? '')) return start + 1;
  const last = plainWords.findIndex((word, index) => index > start && END_OF_CLAUSE.test(word));
  return last === -1 ? words.length : last + 1;
}

function shownWidth(text: string): number {
  return widthOf(text.replaceAll(COLOURS, ''));
}
