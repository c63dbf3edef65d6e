/** Colours, on a terminal that shows them, unless `NO_COLOR` is set (no-color.org). */

import type { Io, TerminalOutput } from '../program/io.ts';
import { colour } from './escape-sequences.ts';

/** Colours for text. Without colours each returns its text unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** Whether `stream` shows colours. */
export function takesColour(stream: TerminalOutput, env: Io['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Returns the colours of `stream`. */
export function styleFor(stream: TerminalOutput, env: Io['env']): Style {
  const enabled = takesColour(stream, env);
  const paint = (on: number, off: number) => (text: string) =>
    enabled ? colour(on) + text + colour(off) : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
  };
}
