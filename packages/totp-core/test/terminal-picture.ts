/**
 * Takes a picture of a terminal: the screen contents from `tmux capture-pane -e`, drawn in the colours of a
 * theme. A block character fills as much of its cell as the font allows; the cell's background always fills
 * all of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { execFileSync } from '../../../scripts/child-process.mjs';

type Colour = readonly [red: number, green: number, blue: number];

export interface Theme {
  readonly foreground: Colour;
  readonly background: Colour;
}

export const THEMES = {
  dark: { foreground: [131, 148, 150], background: [0, 43, 54] },
  light: { foreground: [101, 123, 131], background: [253, 246, 227] },
} as const satisfies Record<string, Theme>;

/** A font and how it is viewed. */
export interface Font {
  /** The size of a cell in pixels. */
  readonly width: number;
  readonly height: number;
  /** How much of the height the font draws, from the top; the rest is line spacing. */
  readonly glyph: number;
  /** From a distance a character is one shade, the mean of its pixels. */
  readonly far?: boolean;
}

const SGR_OR_CHARACTER = new RegExp(`${String.fromCharCode(27)}\\[([0-9;]*)m|[^]`, 'gu');

interface Cell {
  readonly character: string;
  readonly ink: Colour | undefined;
  readonly ground: Colour | undefined;
}

const BLANK: Cell = { character: ' ', ink: undefined, ground: undefined };

/**
 * Shows `text` on a real terminal of `columns` by `rows` and returns the screen, including escape sequences.
 */
export function showOnTerminal(text: string, columns: number, rows: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-terminal-'));
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-u', '-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
      maxBuffer: 1 << 24,
    });
  writeFileSync(join(folder, 'text'), text);
  try {
    const shown = `cat '${folder}/text'; tmux -S '${folder}/socket' wait-for -S shown; exec sleep 600`;
    tmux('new-session', '-d', '-x', String(columns), '-y', String(rows + 1), shown);
    tmux('wait-for', 'shown');
    const screen = tmux('capture-pane', '-e', '-N', '-p');
    tmux('kill-server');
    return screen;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Draws a captured screen as a PNG. */
export function drawScreen(screen: string, columns: number, theme: Theme, font: Font): Buffer {
  const lines = readScreen(screen);
  const means = new Map([' ', '▄', '#'].map((character) => [character, meanCoverage(character, font)]));
  const width = columns * font.width;
  const height = lines.length * font.height;
  const pixels = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const { character, ink, ground } =
        lines[Math.floor(y / font.height)]?.[Math.floor(x / font.width)] ?? BLANK;
      const near = isInk(character, y % font.height, x % font.width, font) ? 1 : 0;
      const share = font.far ? (means.get(character) ?? near) : near;
      const [front, back] = [ink ?? theme.foreground, ground ?? theme.background];
      for (const part of [0, 1, 2] as const)
        pixels[y * (1 + 3 * width) + 1 + 3 * x + part] = share * front[part] + (1 - share) * back[part];
    }
  return encodePng(width, height, pixels);
}

/** The mean of a character's pixels: how much of it is ink, 0 to 1. */
function meanCoverage(character: string, font: Font): number {
  let ink = 0;
  for (let y = 0; y < font.height; y++)
    for (let x = 0; x < font.width; x++) if (isInk(character, y, x, font)) ink++;
  return ink / (font.width * font.height);
}

function isInk(character: string, y: number, x: number, { width, glyph }: Font): boolean {
  if (y >= glyph) return false;
  switch (character) {
    case ' ':
      return false;
    case '▄':
      return y >= glyph / 2;
    case '#':
      // Two uprights and two bars.
      return [0.3, 0.7].some((at) => Math.abs(x / width - at) < 0.14 || Math.abs(y / glyph - at) < 0.1);
    default:
      throw new Error(`no picture of ${JSON.stringify(character)}`);
  }
}

/** The cells of a captured screen, line by line. Colours persist until changed, across line ends. */
function readScreen(screen: string): Cell[][] {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  let ink: Colour | undefined;
  let ground: Colour | undefined;
  for (const [piece, codes] of screen.matchAll(SGR_OR_CHARACTER)) {
    if (piece === '\n') {
      lines.push(line);
      line = [];
    } else if (codes === undefined) line.push({ character: piece, ink, ground });
    else {
      const numbers = codes.split(';').map(Number);
      while (numbers.length > 0) {
        const code = numbers.shift();
        if (code === 0) [ink, ground] = [undefined, undefined];
        else if (code === 39) ink = undefined;
        else if (code === 49) ground = undefined;
        else if ((code === 38 || code === 48) && numbers.shift() === 5) {
          const colour = cubeColour(numbers.shift());
          if (code === 38) ink = colour;
          else ground = colour;
        } else throw new Error(`unexpected SGR ${codes}`);
      }
    }
  }
  return lines;
}

/** Colours 16 to 231 of the 256: a cube that themes do not change. */
function cubeColour(index: number | undefined): Colour {
  if (index === undefined || index < 16 || index > 231) throw new Error(`a theme may remap colour ${index}`);
  const level = (value: number) => (value === 0 ? 0 : 55 + 40 * value);
  const [red, green, blue] = [
    Math.floor((index - 16) / 36),
    Math.floor((index - 16) / 6) % 6,
    (index - 16) % 6,
  ];
  return [level(red), level(green), level(blue)];
}

/** An RGB PNG; every line of `pixels` begins with a zero byte. */
function encodePng(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const chunk = (type: string, data: Buffer) => {
    const framed = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
    framed.writeUInt32BE(data.length, 0);
    framed.writeUInt32BE(crc32(framed.subarray(4, -4)), framed.length - 4);
    return framed;
  };
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
