/**
 * Prints. Data goes to stdout, all else to stderr. Each function removes what a terminal would obey; values from outside
 * also go through `plain` where they are put into the text, so that they contain no colours or line ends either.
 */
import { once } from 'node:events';
import { columnsOf, type Io, type TerminalOutput } from '../program/io.ts';
import { inCharset } from './charset.ts';
import { jsonLine } from './json-lines.ts';
import { plain, printable } from './sanitise.ts';
import { styleFor } from './style.ts';
import { formatTable, type TableOptions } from './table.ts';
import { wrapWords } from './wrap.ts';

/**
 * Prints a line of data on stdout, wrapped between words on a terminal, with continuation lines indented by `hanging`
 * columns. Resolves when more can be written.
 */
export function printLine(io: Io, text: string, hanging?: number): Promise<void> {
  return write(io, io.stdout, `${shownOn(io, io.stdout, text, hanging)}\n`);
}

type Fields = readonly (readonly [name: string, value: string])[];

/** Returns names and values as lines, indented, with the values aligned. */
export function fieldLines(fields: Fields, indent = 2): string[] {
  const width = widestName(fields);
  return fields.map(([name, value]) => `${' '.repeat(indent)}${name.padEnd(width)}  ${plain(value, 500)}`);
}

function widestName(fields: Fields): number {
  return fields.reduce((widest, [name]) => Math.max(widest, name.length), 0);
}

/** Prints names and values on stdout, with the values aligned. Resolves when more can be written. */
export async function printFields(io: Io, fields: Fields, indent = 2): Promise<void> {
  const hanging = indent + widestName(fields) + 2;
  for (const line of fieldLines(fields, indent)) await printLine(io, line, hanging);
}

/** Prints a table on stdout, fitted to a terminal there. Resolves when more can be written. */
export function printTable(io: Io, options: Omit<TableOptions, 'width'>): Promise<void> {
  const width = io.stdout.isTTY === true ? columnsOf(io.stdout) : undefined;
  const [head = '', ...rows] = formatTable({ ...options, width }).split('\n');
  const { bold } = styleFor(io.stdout, io.env);
  const shown = printable([bold(head), ...rows].join('\n'));
  return write(io, io.stdout, `${io.stdout.isTTY === true ? inCharset(io.env, shown) : shown}\n`);
}

/** Prints one JSON object on a line of stdout. Resolves when more can be written. */
export function printJson(io: Io, value: Readonly<Record<string, unknown>>): Promise<void> {
  return write(io, io.stdout, jsonLine(value));
}

/** Prints a line on stderr, wrapped between words on a terminal. */
export function note(io: Pick<Io, 'stderr' | 'env'>, text: string): void {
  io.stderr.write(`${shownOn(io, io.stderr, text)}\n`);
}

/** Returns the text for a stream: a terminal gets lines of its width, in characters that it can show. */
export function shownOn(
  { env }: Pick<Io, 'env'>,
  stream: TerminalOutput,
  text: string,
  hanging?: number,
): string {
  const shown = printable(text);
  return stream.isTTY === true ? wrapWords(inCharset(env, shown), columnsOf(stream), hanging) : shown;
}

/** Prints a warning on stderr. */
export function warn(io: Io, text: string): void {
  note(io, `${styleFor(io.stderr, io.env).yellow('Warning:')} ${text}`);
}

/** Waits for a slow reader. */
async function write(io: Io, stream: TerminalOutput, text: string): Promise<void> {
  if (stream.write(text)) return;
  try {
    await once(stream, 'drain', { signal: io.signal });
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  }
}
