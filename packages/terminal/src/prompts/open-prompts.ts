import { isPlain } from '../output/plain-mode.ts';
import type { Io } from '../program/io.ts';
import { LinePrompts } from './line-prompts.ts';
import { LineReader } from './line-reader.ts';
import type { Prompts } from './prompts.ts';
import { TerminalPrompts } from './terminal-prompts.ts';
import { TypedLines } from './typed-lines.ts';

/** Returns the prompts of a run. Nothing is read or drawn before the first question. */
export function openPrompts(io: Io): Prompts {
  if (io.isTerminal && !isPlain(io)) return new TerminalPrompts(io);
  return new LinePrompts(io, io.stdin.isTTY === true ? new TypedLines(io) : new LineReader(io.stdin));
}
