/** A screen as a camera sees it: each cell of `tmux capture-pane -e` as two pixels, one above the other. */

const PIXEL = 6;
const WHITE = 231;
/** Colour sequences, or one character. */
const ESC = '\u001b';
const TOKEN = new RegExp(`${ESC}\\[([0-9;]*)m|.`, 'gu');

/** The picture as PGM, on a dark screen. */
export function pictureOf(screen: string): Uint8Array {
  // Colours stay from line to line.
  let ink = 'default';
  let paper = 'default';
  const rows = screen.split('\n').flatMap((line) => {
    const upper: boolean[] = [];
    const lower: boolean[] = [];
    for (const [token, codes] of line.matchAll(TOKEN)) {
      if (codes !== undefined) [ink, paper] = coloursAfter(codes, ink, paper);
      else {
        upper.push(isLight(paper));
        lower.push(isLight(token === '▄' ? ink : paper));
      }
    }
    return [upper, lower];
  });
  const width = Math.max(...rows.map((row) => row.length));
  const header = Buffer.from(`P5\n${width * PIXEL} ${rows.length * PIXEL}\n255\n`);
  const lines = rows.map((row) => {
    const line = Buffer.alloc(width * PIXEL);
    for (let x = 0; x < line.length; x += 1) line[x] = row[Math.floor(x / PIXEL)] === true ? 255 : 0;
    return Buffer.concat(Array<Buffer>(PIXEL).fill(line));
  });
  return Buffer.concat([header, ...lines]);
}

function coloursAfter(codes: string, ink: string, paper: string): [string, string] {
  const parts = codes.split(';');
  let colours: [string, string] = [ink, paper];
  for (let at = 0; at < parts.length; at += 1) {
    const code = parts[at];
    if ((code === '38' || code === '48') && parts[at + 1] === '5') {
      const colour = parts[at + 2] ?? '';
      colours = code === '38' ? [colour, colours[1]] : [colours[0], colour];
      at += 2;
    } else if (code === '0' || code === '') colours = ['default', 'default'];
    else if (code === '39') colours = ['default', colours[1]];
    else if (code === '49') colours = [colours[0], 'default'];
  }
  return colours;
}

function isLight(colour: string): boolean {
  return colour === String(WHITE);
}
