/**
 * Printing. Data goes to stdout, everything said to a person besides goes to stderr. Each function is a last
 * guard against what a terminal would obey; values from the other side go through `plain` where they are put
 * into the text, so that they bring no colours or line ends either.
 */
import { once } from 'node:events';
import { type Io, reasonOf, type TerminalOutput } from './io.ts';
import { jsonLine } from './json-lines.ts';
import { printable } from './sanitise.ts';

/** Data for a person: text and a line end, on stdout. Resolves when more may be written. */
export function printLine(io: Io, text: string): Promise<void> {
  return write(io, io.stdout, `${printable(text)}\n`);
}

/** Data for a program: one JSON object and a line end, on stdout. Resolves when more may be written. */
export function printJson(io: Io, value: Readonly<Record<string, unknown>>): Promise<void> {
  return write(io, io.stdout, jsonLine(value));
}

/** Something said besides: text and a line end, on stderr. */
export function note(io: Io, text: string): void {
  io.stderr.write(`${printable(text)}\n`);
}

/** A slow reader slows the writer; one that went away ends the run. */
async function write(io: Io, stream: TerminalOutput, text: string): Promise<void> {
  if (stream.write(text)) return;
  try {
    await once(stream, 'drain', { signal: io.signal });
  } catch {
    throw reasonOf(io);
  }
}
