/**
 * Printing. Data goes to stdout, everything said to a person besides goes to stderr. Each function is a last
 * guard against what a terminal would obey; values from the other side go through `plain` where they are put
 * into the text, so that they bring no colours or line ends either.
 */
import { once } from 'node:events';
import { inCharset } from './charset.ts';
import { columnsOf, type Io, type TerminalOutput } from './io.ts';
import { jsonLine } from './json-lines.ts';
import { plain, printable } from './sanitise.ts';
import { styleFor } from './style.ts';
import { formatTable, type TableOptions } from './table.ts';
import { wrapWords } from './wrap.ts';

/**
 * Data for a person: text and a line end, on stdout, where a terminal breaks no word of it and indents what follows by
 * `hanging` columns. Resolves when more may be written.
 */
export function printLine(io: Io, text: string, hanging?: number): Promise<void> {
  return write(io, io.stdout, `${shownOn(io, io.stdout, text, hanging)}\n`);
}

/** Returns names and values as lines, indented, with the values aligned. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: string])[],
  indent = 2,
): string[] {
  const width = fields.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return fields.map(([name, value]) => `${' '.repeat(indent)}${name.padEnd(width)}  ${plain(value, 500)}`);
}

/** Data for a person: names and values below each other, the values aligned. Resolves when more may be written. */
export async function printFields(
  io: Io,
  fields: readonly (readonly [name: string, value: string])[],
  indent = 2,
): Promise<void> {
  const width = fields.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  for (const line of fieldLines(fields, indent)) await printLine(io, line, indent + width + 2);
}

/**
 * Data for a person: a table, fitted to the terminal and with a bold head there, whole everywhere else. Resolves
 * when more may be written.
 */
export function printTable(io: Io, options: Omit<TableOptions, 'width'>): Promise<void> {
  const width = io.stdout.isTTY === true ? { width: columnsOf(io.stdout) } : {};
  const table = formatTable({ ...options, ...width });
  const end = table.indexOf('\n');
  const { bold } = styleFor(io.stdout, io.env);
  const shown = printable(end === -1 ? bold(table) : bold(table.slice(0, end)) + table.slice(end));
  return write(io, io.stdout, `${io.stdout.isTTY === true ? inCharset(io.env, shown) : shown}\n`);
}

/** Data for a program: one JSON object and a line end, on stdout. Resolves when more may be written. */
export function printJson(io: Io, value: Readonly<Record<string, unknown>>): Promise<void> {
  return write(io, io.stdout, jsonLine(value));
}

/** Something said besides: text and a line end, on stderr, where a terminal breaks no word of it. */
export function note(io: Io, text: string): void {
  io.stderr.write(`${shownOn(io, io.stderr, text)}\n`);
}

/** The text as a stream takes it: a terminal gets lines of its width, in the characters that it shows. */
export function shownOn(io: Io, stream: TerminalOutput, text: string, hanging?: number): string {
  const shown = printable(text);
  return stream.isTTY === true ? wrapWords(inCharset(io.env, shown), columnsOf(stream), hanging) : shown;
}

/** The one form of a warning in both programs. */
export function warn(io: Io, text: string): void {
  note(io, `${styleFor(io.stderr, io.env).yellow('Warning:')} ${text}`);
}

/** A slow reader slows the writer; one that went away ends the run. */
async function write(io: Io, stream: TerminalOutput, text: string): Promise<void> {
  if (stream.write(text)) return;
  try {
    await once(stream, 'drain', { signal: io.signal });
  } catch (error) {
    io.signal.throwIfAborted();
    throw error;
  }
}
