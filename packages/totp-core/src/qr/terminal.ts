/**
 * A QR code drawn with characters. Colours are explicit (black and white of the fixed 256-colour cube, which
 * themes do not change), so a dark theme does not invert the code. The quiet zone is part of the picture.
 *
 * - `half`: one character is two modules, one above the other (`▄`); the smallest style, with square modules
 * - `full`: one module is two spaces with a background colour; for terminals without those characters
 * - `ascii`: one module is `##` or two spaces, without escape sequences; depends on the theme
 */
import { type Modules, QUIET_ZONE, qrModules } from './modules.ts';

/** How modules are drawn. */
export type TerminalStyle = 'half' | 'full' | 'ascii';

/** The size and abilities of the terminal. */
export interface TerminalQrOptions {
  /** The width of the terminal in characters. */
  readonly columns: number;
  /** The height, if the whole code must be visible at once. */
  readonly rows?: number | undefined;
  /** `auto` (the default) selects the first of half, full, ascii that the terminal can show. */
  readonly style?: TerminalStyle | 'auto' | undefined;
  /** Whether the terminal shows non-ASCII characters. Default true. */
  readonly unicode?: boolean | undefined;
  /** Whether the terminal supports colour sequences. Default true. */
  readonly colour?: boolean | undefined;
  /** The background for `ascii`: on dark, `##` is a light module. Default dark. */
  readonly background?: 'dark' | 'light' | undefined;
}

/** `columns` and `rows` are the size of the drawing, or of the smallest one that would have been possible. */
export type TerminalQr =
  | { ok: true; text: string; style: TerminalStyle; columns: number; rows: number }
  | { ok: false; problem: 'does_not_fit'; columns: number; rows: number };

/** Black and white of the 6×6×6 cube: `ESC [ 38;5;n m` sets the foreground, `48;5;n` the background. */
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
 * Draws `text` as a QR code of at most `columns` by `rows` characters: lines joined by `\n`, without a
 * newline at the end. To make it fit, error correction is lowered from M to L, and then the quiet zone
 * reduced from four modules to two, which phones still read.
 *
 * @throws {TotpError} too_long if the text does not fit a QR code
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
 * Draws one line of characters. Two equal modules are a space on their colour. Only cells with both colours
 * depend on how well the font's block fills its half.
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
