/**
 * Printing. Data goes to stdout, everything said to a person besides goes to stderr. Each function is a last
 * guard against what a terminal would obey; values from the other side go through `plain` where they are put
 * into the text, so that they bring no colours or line ends either.
 */
import { once } from 'node:events';
import { columnsOf, type Io, type TerminalOutput } from './io.ts';
import { jsonLine } from './json-lines.ts';
import { printable } from './sanitise.ts';
import { styleFor } from './style.ts';
import { formatTable, type TableOptions } from './table.ts';
import { wrapWords } from './wrap.ts';

/** Data for a person: text and a line end, on stdout. Resolves when more may be written. */
export function printLine(io: Io, text: string): Promise<void> {
  return write(io, io.stdout, `${printable(text)}\n`);
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
  return printLine(io, end === -1 ? bold(table) : bold(table.slice(0, end)) + table.slice(end));
}

/** Data for a program: one JSON object and a line end, on stdout. Resolves when more may be written. */
export function printJson(io: Io, value: Readonly<Record<string, unknown>>): Promise<void> {
  return write(io, io.stdout, jsonLine(value));
}

/** Something said besides: text and a line end, on stderr, where a terminal breaks no word of it. */
export function note(io: Io, text: string): void {
  const shown = printable(text);
  io.stderr.write(`${io.stderr.isTTY === true ? wrapWords(shown, io.columns) : shown}\n`);
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
