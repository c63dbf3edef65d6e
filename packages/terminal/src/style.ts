/** Colours, on a terminal that wants them: neither `NO_COLOR` (no-color.org) nor a terminal called dumb. */
import { colour } from './escape-sequences.ts';
import type { Io, TerminalOutput } from './io.ts';

export interface Style {
  readonly enabled: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Whether `stream` shows colours. */
export function takesColour(stream: TerminalOutput, env: Io['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The colours of `stream`, each of which leaves its text alone where there are none. */
export function styleFor(stream: TerminalOutput, env: Io['env']): Style {
  const enabled = takesColour(stream, env);
  const paint = (on: number, off: number) => (text: string) =>
    enabled ? colour(on) + text + colour(off) : text;
  return {
    enabled,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}
