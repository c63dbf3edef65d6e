import { beforeAll, describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import {
  formatOtpauth,
  qrForTerminal,
  qrPng,
  qrSvg,
  type TerminalQrOptions,
  TotpError,
  TotpSecret,
} from '../src/index.ts';
import { drawSvg, scan } from './peers.ts';
import { drawScreen, type Font, showOnTerminal, THEMES } from './terminal-picture.ts';

const secret = TotpSecret.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const uri = formatOtpauth({ issuer: 'Countersign', account: 'alice@example.com', secret });
const ESCAPE = String.fromCharCode(27);
const FONT: Font = { width: 8, height: 16, glyph: 16 };
/** A terminal with extra line spacing: blocks do not reach the next line. */
const SPACED_FONT: Font = { width: 8, height: 18, glyph: 16 };
/** Characters with gaps, which run together only from a distance. */
const FAR_FONT: Font = { ...FONT, far: true };
/** The text without its colour sequences. */
const plain = (text: string) => text.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g'), '');

function drawn(text: string, options: TerminalQrOptions) {
  const qr = qrForTerminal(text, options);
  if (!qr.ok) throw new Error(qr.problem);
  return qr;
}

withCounterpart(['zbarimg', 'tmux', 'sh', 'coreutils'], 'a terminal QR code, scanned by zbarimg', () => {
  describe.each([60, 80, 120])('at %i columns', (columns) => {
    const qr = drawn(uri, { columns });
    let screen: ReturnType<typeof showOnTerminal>;
    beforeAll(() => {
      screen = showOnTerminal(qr.text, columns, qr.rows);
    });

    it.each(['dark', 'light'] as const)('on a %s theme', (theme) => {
      expect(qr.style).toBe('half');
      expect(scan(drawScreen(screen, columns, THEMES[theme], FONT))).toBe(uri);
      expect(scan(drawScreen(screen, columns, THEMES[theme], SPACED_FONT))).toBe(uri);
    });
  });

  it('but not without its colours, which a dark theme would invert', () => {
    const qr = drawn(uri, { columns: 60 });
    const screen = showOnTerminal(plain(qr.text), 60, qr.rows);
    expect(scan(drawScreen(screen, 60, THEMES.dark, FONT))).toBeUndefined();
  });

  it.each([
    ['correction lowered', 45, 23],
    ['correction lowered and quiet zone halved', 41, 21],
  ])('on a terminal as narrow as the code, with its %s', (_how, columns, rows) => {
    const qr = drawn(uri, { columns });
    expect(qr).toMatchObject({ columns, rows });
    const screen = showOnTerminal(qr.text, columns, rows);
    expect(scan(drawScreen(screen, columns, THEMES.dark, FONT))).toBe(uri);
  });

  it.each(['dark', 'light'] as const)('in full blocks with only ASCII characters, on a %s theme', (theme) => {
    const qr = drawn(uri, { columns: 120, unicode: false });
    expect(qr.style).toBe('full');
    expect(plain(qr.text)).toMatch(/^[ \n]+$/);
    const screen = showOnTerminal(qr.text, 120, qr.rows);
    expect(scan(drawScreen(screen, 120, THEMES[theme], FONT))).toBe(uri);
  });

  it.each(['dark', 'light'] as const)('in plain ASCII made for a %s theme', (background) => {
    const qr = drawn(uri, { columns: 120, colour: false, background });
    expect(qr.style).toBe('ascii');
    expect(qr.text).toMatch(/^[# \n]+$/);
    const screen = showOnTerminal(qr.text, 120, qr.rows);
    expect(scan(drawScreen(screen, 120, THEMES[background], FAR_FONT))).toBe(uri);
  });
});

describe('qrForTerminal', () => {
  it('reports how much room the smallest code would take if none fits', () => {
    expect(qrForTerminal(uri, { columns: 40 })).toEqual({
      ok: false,
      problem: 'does_not_fit',
      columns: 41,
      rows: 21,
    });
    expect(qrForTerminal(uri, { columns: 80, rows: 20 })).toMatchObject({ ok: false, rows: 21 });
    expect(qrForTerminal(uri, { columns: 80, rows: 21 })).toMatchObject({ ok: true, columns: 41 });
    expect(qrForTerminal(uri, { columns: 80, rows: 25 })).toMatchObject({ ok: true, columns: 49 });
    expect(qrForTerminal(uri, { columns: 100, style: 'full' })).toMatchObject({ ok: true, columns: 98 });
    expect(qrForTerminal(uri, { columns: 81, style: 'ascii' })).toMatchObject({ ok: false, columns: 82 });
  });

  it('fills exactly the room that it reports and leaves four light modules on each side', () => {
    const { text, columns, rows } = drawn(uri, { columns: 80 });
    const lines = plain(text).split('\n');
    expect(lines).toHaveLength(rows);
    for (const line of lines) {
      expect(line).toHaveLength(columns);
      expect(line.startsWith('    ') && line.endsWith('    ')).toBe(true);
    }
    for (const line of text.split('\n').slice(0, 2))
      expect(line).toBe(`${ESCAPE}[48;5;231m${' '.repeat(columns)}${ESCAPE}[0m`);
  });

  it.each(['half', 'full'] as const)('sets its colours at the start of every line in %s style', (style) => {
    for (const line of drawn(uri, { columns: 120, style }).text.split('\n')) {
      expect(line.startsWith(`${ESCAPE}[48;5;231m`)).toBe(true);
      expect(line.endsWith(`${ESCAPE}[0m`)).toBe(true);
    }
  });

  it('refuses text that does not fit a code', () => {
    expect(() => qrForTerminal('x'.repeat(3000), { columns: 500 })).toThrow(
      expect.objectContaining({ code: 'too_long' }),
    );
    expect(() => qrForTerminal('', { columns: 80 })).toThrow(TypeError);
    expect(() => qrForTerminal(uri, { columns: Number.NaN })).toThrow(RangeError);
    expect(() => qrPng('x'.repeat(3000))).toThrow(TotpError);
  });
});

withCounterpart(['zbarimg', 'rsvg-convert'], 'pictures, scanned by zbarimg', () => {
  it.each([1, 2, 3, 4, 7, 8, 16])('a PNG with %i pixels per module', (scale) => {
    // A scanner cannot distinguish modules of one pixel.
    expect(scan(qrPng(uri, { scale }))).toBe(scale === 1 ? undefined : uri);
  });

  it.each([3, 4.5, 8])('an SVG with %f pixels per module, drawn by librsvg', (scale) => {
    expect(scan(drawSvg(qrSvg(uri, { scale })))).toBe(uri);
  });

  it.each([
    [
      'the longest secret',
      { issuer: 'Countersign', account: 'alice', secret: TotpSecret.generate({ bytes: 64 }) },
    ],
    ['names outside ASCII', { issuer: 'Größe & Maß', account: '山田太郎@例え.jp', secret }],
    ['plus, slash and percent', { issuer: 'A+B/C?100%', account: "o'neil+x@example.com", secret }],
  ])('with %s', (_, labels) => {
    const text = formatOtpauth(labels);
    expect(scan(qrPng(text))).toBe(text);
    expect(scan(drawSvg(qrSvg(text)))).toBe(text);
  });

  it.each([0, -1, 1.5, 33, Number.NaN])('refuses a scale of %d', (scale) => {
    expect(() => qrPng(uri, { scale })).toThrow(RangeError);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses an SVG scale of %d', (scale) => {
    expect(() => qrSvg(uri, { scale })).toThrow(RangeError);
  });
});
