/** Line plots as SVG, with logarithmic axes and readable on light and dark pages. */

export interface Plot {
  readonly title: string;
  /** The names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 400;
/** Space around the lines, for titles and labels. */
const MARGIN = { left: 70, right: 44, top: 44, bottom: 50 };
const COLOURS = ['#c0392b', '#1f6feb', '#6b7280', '#2e7d32'];

/** Draws a plot. All values must be positive. */
export function plot({ title, x, y, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points);
  const across = axis(
    points.map(([value]) => value),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const up = axis(
    points.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const [left, bottom] = [MARGIN.left, HEIGHT - MARGIN.bottom];
  const grid = [
    ...across.ticks.flatMap((tick) => [
      `<path d="M${across.at(tick)} ${MARGIN.top}V${bottom}"/>`,
      text(across.at(tick), bottom + 18, 'middle', label(tick)),
    ]),
    ...up.ticks.flatMap((tick) => [
      `<path d="M${left} ${up.at(tick)}H${WIDTH - MARGIN.right}"/>`,
      text(left - 8, up.at(tick) + 4, 'end', label(tick)),
    ]),
  ];
  const drawn = lines.flatMap((line, n) =>
    draw(line, COLOURS[n % COLOURS.length] ?? '', across.at, up.at, n),
  );
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    `<title>${title}</title>`,
    '<rect width="100%" height="100%" rx="6" fill="#fff"/>',
    '<g font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12" fill="#222">',
    `<text x="${left}" y="24" font-size="14" font-weight="bold">${title}</text>`,
    `<g stroke="#ddd" stroke-width="1">${grid.filter((shape) => shape.startsWith('<path')).join('')}</g>`,
    ...grid.filter((shape) => shape.startsWith('<text')),
    text((left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, 'middle', x),
    `<text transform="translate(18 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
    ...drawn,
    '</g></svg>',
  ].join('\n')}\n`;
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A logarithmic axis with a tick at each power of ten. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n)),
    at: (value) => Math.round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
  };
}

function draw({ name, points }: Line, colour: string, xOf: Axis['at'], yOf: Axis['at'], n: number): string[] {
  const path = points.map(([x, y]) => `${xOf(x)} ${yOf(y)}`).join('L');
  const dots = points.map(([x, y]) => `<circle cx="${xOf(x)}" cy="${yOf(y)}" r="3.5" fill="${colour}"/>`);
  const y = MARGIN.top + 16 + n * 20;
  return [
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...dots,
    `<path d="M${MARGIN.left + 12} ${y - 4}h22" stroke="${colour}" stroke-width="2"/>`,
    text(MARGIN.left + 40, y, 'start', name),
  ];
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

function label(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}
