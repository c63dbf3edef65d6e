/**
 * Wraps prose for a terminal between words. A pin, a path or a URI is one word however long it is, and so is a command of
 * either program up to the punctuation after it: a shell would run the half before a line end when it is pasted.
 */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './text-width.ts';

const PROGRAM = /^\(?(?:countersign|countersign-server|npm|npx)$/u;
const END_OF_CLAUSE = /[.,;:!?)]$/u;

/**
 * Breaks lines that are wider than `width` columns, colours not counted. Continuation lines are indented like the line, or
 * by `hanging` columns if that leaves room for words. A single word or command can still be too wide; the terminal
 * continues it on the next line.
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

/** Splits a line into words, where a whole command counts as one. */
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

/** Returns the end of the command that begins at `start`; the end of the word if none begins there. */
function endOfCommand(words: readonly string[], start: number): number {
  const plainWords = words.map((word) => stripVTControlCharacters(word));
  if (!PROGRAM.test(plainWords[start] ?? '')) return start + 1;
  const last = plainWords.findIndex((word, index) => index > start && END_OF_CLAUSE.test(word));
  return last === -1 ? words.length : last + 1;
}

function shownWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}
