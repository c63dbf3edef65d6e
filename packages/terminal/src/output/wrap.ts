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
  const [first = '', ...others] = piecesOf(line.slice(own.length));
  const lines: string[] = [];
  let current = own + first;
  for (const piece of others) {
    const longer = `${current} ${piece}`;
    if (shownWidth(longer) > width) lines.push(current.trimEnd());
    current = shownWidth(longer) > width ? indent + piece : longer;
  }
  return [...lines, current].join('\n');
}

/** Splits a line into words, where a whole command counts as one. */
function piecesOf(line: string): string[] {
  const pieces: string[] = [];
  let isCommand = false;
  for (const word of line.split(' ')) {
    pieces.push(isCommand ? `${pieces.pop()} ${word}` : word);
    const shown = stripVTControlCharacters(word);
    isCommand = isCommand ? !END_OF_CLAUSE.test(shown) : PROGRAM.test(shown);
  }
  return pieces;
}

function shownWidth(text: string): number {
  return widthOf(stripVTControlCharacters(text));
}
