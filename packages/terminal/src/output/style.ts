/** Colours, on a terminal that shows them, unless `NO_COLOR` is set (no-color.org). */
import { styleText } from 'node:util';
import type { Io, TerminalOutput } from '../program/io.ts';

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Colours for text. Without colours each returns its text unchanged. */
export type Style = Readonly<Record<Format, (text: string) => string>>;

/** Whether `stream` shows colours. */
export function takesColour(stream: TerminalOutput, env: Io['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Returns the colours of `stream`. */
export function styleFor(stream: TerminalOutput, env: Io['env']): Style {
  const isOn = takesColour(stream, env);
  const paint = (format: Format) => (text: string) =>
    isOn ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
  };
}
