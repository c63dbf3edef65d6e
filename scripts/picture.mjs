/**
 * Draws the contents of a terminal as an SVG: `tmux capture-pane -epN | node scripts/picture.mjs >
 * docs/demo.svg`. Block characters become rectangles, so that a QR code in the picture can be scanned with
 * any fonts.
 */
const CELL = { width: 8, height: 16 };
const THEME = { ink: '#d4d4d4', paper: '#1e1e1e' };
const BASIC = ['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'];

/** Which half of a cell each block character fills. */
const BLOCKS = { '▀': [0, 0.5], '▄': [0.5, 0.5], '█': [0, 1] };

/**
 * @typedef {{ ink: string, paper: string, bold: boolean, dim: boolean }} Pen
 * @typedef {{ character: string, pen: Pen }} Cell
 */

/** @param {number} index */
function indexed(index) {
  if (index < 8) return BASIC[index];
  if (index < 16) return BASIC[index - 8];
  if (index >= 232) return grey(8 + 10 * (index - 232));
  const level = (/** @type {number} */ n) => (n === 0 ? 0 : 55 + 40 * n);
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {number} value */
function grey(value) {
  return `#${value.toString(16).padStart(2, '0').repeat(3)}`;
}

/**
 * Applies the parameters of one SGR sequence (ECMA-48 §8.3.117).
 * @param {Pen} pen
 * @param {number[]} codes
 */
function styled(pen, codes) {
  const next = { ...pen };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) Object.assign(next, THEME, { bold: false, dim: false });
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) Object.assign(next, { bold: false, dim: false });
    else if (code === 39) next.ink = THEME.ink;
    else if (code === 49) next.paper = THEME.paper;
    else if (code >= 30 && code <= 37) next.ink = BASIC[code - 30] ?? THEME.ink;
    else if (code >= 90 && code <= 97) next.ink = BASIC[code - 90] ?? THEME.ink;
    else if (code >= 40 && code <= 47) next.paper = BASIC[code - 40] ?? THEME.paper;
    else if ((code === 38 || code === 48) && codes[i + 1] === 5) {
      next[code === 38 ? 'ink' : 'paper'] = indexed(codes[i + 2] ?? 0) ?? THEME.ink;
      i += 2;
    }
  }
  return next;
}

/**
 * @param {string} line
 * @param {Pen} pen
 * @returns {{ cells: Cell[], pen: Pen }}
 */
function readLine(line, pen) {
  const cells = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this reads
  for (const [part, codes] of line.matchAll(/\u001b\[([\d;]*)m|[^\u001b]/gu)) {
    if (codes === undefined) cells.push({ character: part, pen });
    else pen = styled(pen, codes.split(';').map(Number));
  }
  return { cells, pen };
}

/** @param {string} text */
export function drawTerminal(text) {
  /** @type {Pen} */
  let pen = { ...THEME, bold: false, dim: false };
  const lines = text.replace(/\n+$/, '').split('\n');
  const columns = Math.max(80, ...lines.map((line) => readLine(line, pen).cells.length));
  const shapes = [];
  for (const [row, line] of lines.entries()) {
    const read = readLine(line, pen);
    pen = read.pen;
    for (const [column, { character, pen: own }] of read.cells.entries()) {
      const [x, y] = [column * CELL.width, row * CELL.height];
      if (own.paper !== THEME.paper) shapes.push(rectangle(x, y, CELL.height, own.paper));
      const block = BLOCKS[/** @type {keyof typeof BLOCKS} */ (character)];
      if (block)
        shapes.push(rectangle(x, y + (block[0] ?? 0) * CELL.height, (block[1] ?? 0) * CELL.height, own.ink));
    }
    shapes.push(...textRuns(read.cells, row));
  }
  const [width, height] = [columns * CELL.width + 16, lines.length * CELL.height + 16];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 ${width} ${height}" width="${width}" height="${height}">`,
    '<title>A terminal</title>',
    `<rect x="-8" y="-8" width="100%" height="100%" rx="6" fill="${THEME.paper}"/>`,
    '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" shape-rendering="crispEdges">',
    ...shapes,
    '</g></svg>\n',
  ].join('\n');
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {string} fill
 */
function rectangle(x, y, height, fill) {
  return `<rect x="${x}" y="${y}" width="${CELL.width}" height="${height}" fill="${fill}"/>`;
}

/**
 * Draws runs of one style as text, each stretched to its cells.
 *
 * @param {Cell[]} cells
 * @param {number} row
 */
function textRuns(cells, row) {
  const runs = [];
  for (let start = 0; start < cells.length; ) {
    const pen = cells[start]?.pen;
    let end = start;
    while (end < cells.length && cells[end]?.pen === pen) end++;
    const text = cells.slice(start, end).map(({ character }) => (character in BLOCKS ? ' ' : character));
    const content = text.join('');
    if (pen && content.trim() !== '') {
      const indent = content.length - content.trimStart().length;
      const shown = content.trim();
      const weight = `${pen.bold ? ' font-weight="bold"' : ''}${pen.dim ? ' opacity="0.6"' : ''}`;
      const x = (start + indent) * CELL.width;
      const length = [...shown].length * CELL.width;
      runs.push(
        `<text x="${x}" y="${row * CELL.height + 12}" textLength="${length}" fill="${pen.ink}" xml:space="preserve"${weight}>${escaped(shown)}</text>`,
      );
    }
    start = end;
  }
  return runs;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (process.argv[1]?.endsWith('picture.mjs')) {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  process.stdout.write(drawTerminal(Buffer.concat(chunks).toString('utf8')));
}
