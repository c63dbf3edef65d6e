/**
 * A QR code drawn with characters. Colours are explicit (black on white of the fixed 256-colour cube, which no theme
 * remaps), so that a dark theme does not invert the code; the quiet zone is part of the picture.
 *
 * - `half`: a character is two modules, one above the other (`▄`); the smallest, and square
 * - `full`: a module is two spaces with a background colour; for terminals without those characters
 * - `ascii`: a module is `##` or two spaces, without any escape sequence; the theme has to be known
 */
import { type Modules, QUIET_ZONE, qrModules } from './qr-modules.ts';

export type TerminalStyle = 'half' | 'full' | 'ascii';

export interface TerminalQrOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Height, if the whole code must be visible at once. */
  readonly rows?: number;
  /** `auto` (the default) takes the first of half, full, ascii that the terminal can show. */
  readonly style?: TerminalStyle | 'auto';
  /** Whether the terminal shows characters outside ASCII. Default true. */
  readonly unicode?: boolean;
  /** Whether the terminal obeys colour sequences. Default true. */
  readonly colour?: boolean;
  /** What `ascii` is drawn on: on dark, `##` is a light module. Default dark. */
  readonly background?: 'dark' | 'light';
}

/** `columns` and `rows` are what the drawing takes, or what the smallest one would have taken. */
export type TerminalQr =
  | { ok: true; text: string; style: TerminalStyle; columns: number; rows: number }
  | { ok: false; problem: 'does_not_fit'; columns: number; rows: number };

/** Black and white of the 6×6×6 cube: `ESC [ 38;5;n m` for ink, `48;5;n` for the background. */
const BLACK = 16;
const WHITE = 231;
/** From the most robust drawing to the smallest. */
const SMALLER = [
  ['M', QUIET_ZONE],
  ['L', QUIET_ZONE],
  ['L', 2],
] as const;

const RESET = '\x1b[0m';

/**
 * Draws `text` as a QR code of at most `columns` by `rows` characters: lines joined by `\n`, no newline at the end. The
 * code's error correction is lowered from M to L where that makes it fit, and then its quiet zone from four modules to two,
 * which phones read as well. Throws `TotpError` `too_long` for a text that
 * no QR code holds.
 */
export function qrForTerminal(
  text: string,
  {
    columns,
    rows = Number.POSITIVE_INFINITY,
    style = 'auto',
    unicode = true,
    colour = true,
    background = 'dark',
  }: TerminalQrOptions,
): TerminalQr {
  if (Number.isNaN(columns) || Number.isNaN(rows))
    throw new RangeError('"columns" and "rows" expected numbers');
  const able: TerminalStyle = colour ? (unicode ? 'half' : 'full') : 'ascii';
  const chosen = style === 'auto' ? able : style;
  let needed = { columns: 0, rows: 0 };
  for (const [correction, quietZone] of SMALLER) {
    const modules = qrModules(text, correction, quietZone);
    needed = extent(modules.size, chosen);
    if (needed.columns <= columns && needed.rows <= rows)
      return { ok: true, text: draw(modules, chosen, background), style: chosen, ...needed };
  }
  return { ok: false, problem: 'does_not_fit', ...needed };
}

function extent(size: number, style: TerminalStyle): { columns: number; rows: number } {
  return style === 'half' ? { columns: size, rows: Math.ceil(size / 2) } : { columns: 2 * size, rows: size };
}

function draw(modules: Modules, style: TerminalStyle, background: 'dark' | 'light'): string {
  const lines: string[] = [];
  for (let row = 0; row < modules.size; row += style === 'half' ? 2 : 1)
    lines.push(
      style === 'ascii' ? asciiLine(modules, row, background) : colourLine(modules, row, style === 'half'),
    );
  return lines.join('\n');
}

/**
 * One line of characters. Two equal modules are a space on their colour: only cells with both colours depend on how well
 * the font's block fills its half.
 */
function colourLine(modules: Modules, row: number, half: boolean): string {
  let line = '';
  let inks = '';
  for (let column = 0; column < modules.size; column++) {
    const upper = modules.isDark(row, column) ? BLACK : WHITE;
    const lower = half ? (modules.isDark(row + 1, column) ? BLACK : WHITE) : upper;
    const wanted = upper === lower ? `48;5;${upper}` : `38;5;${lower};48;5;${upper}`;
    if (wanted !== inks) line += `\x1b[${wanted}m`;
    inks = wanted;
    line += upper === lower ? (half ? ' ' : '  ') : '▄';
  }
  return line + RESET;
}

function asciiLine(modules: Modules, row: number, background: 'dark' | 'light'): string {
  let line = '';
  for (let column = 0; column < modules.size; column++)
    line += modules.isDark(row, column) === (background === 'light') ? '##' : '  ';
  return line;
}
