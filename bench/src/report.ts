/** The result of a benchmark: a table for reading, Markdown for the document, and JSON for comparison. */
import { availableParallelism, cpus } from 'node:os';
import type { Times } from './measure.ts';

/** A ratio and its target. */
export interface Ratio {
  readonly what: string;
  readonly ratio: number;
  /** The highest acceptable value. */
  readonly atMost?: number;
  /** The lowest acceptable value. */
  readonly atLeast?: number;
  /** The unit of the value, unless it is a plain ratio. */
  readonly unit?: string;
}

/** A table of absolute values, and the ratios that matter. */
export interface Report {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly ratios: readonly Ratio[];
  /** Further tables, after the ratios. */
  readonly tables?: readonly Table[];
  readonly plot?: Plot | undefined;
  /** What the numbers mean, if that is not obvious. */
  readonly remarks?: readonly string[];
}

/** A further table of a report. */
export interface Table {
  /** A sentence or two. */
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A picture next to the document. */
export interface Plot {
  /** Its name in `docs/`. */
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

/** Columns for rows of times. */
export const TIME_COLUMNS: readonly string[] = ['', 'median ms', '10 %', '90 %'];

/** The name of what was timed, and its times, in a unit of which a millisecond has `scale`. */
export function timeRow(what: string, { median, low, high }: Times, scale = 1): (string | number)[] {
  return [what, median * scale, low * scale, high * scale];
}

/** When and on what kind of machine, without the machine's name or location. */
interface Circumstances {
  readonly date: string;
  readonly node: string;
  readonly openssl: string;
  readonly processor: string;
  readonly cores: number;
}

export function circumstances(): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    openssl: process.versions.openssl,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
  };
}

/** A report, and the command that reproduces it. */
export interface Result extends Circumstances {
  readonly command: string;
  readonly report: Report;
}

/** Returns the result as Markdown, which is also readable in a terminal. */
export function toMarkdown({ command, date, node, openssl, processor, cores, report }: Result): string {
  const { title, method, columns, rows, ratios, tables = [], plot, remarks = [] } = report;
  const parts = [`## ${title}`, method, table(columns, rows)];
  if (ratios.length > 0)
    parts.push(
      table(
        ['ratio', 'measured', 'wanted', ''],
        ratios.map((ratio) => [ratio.what, amount(ratio.ratio, ratio.unit), wanted(ratio), verdict(ratio)]),
      ),
    );
  for (const more of tables) parts.push(more.title, table(more.columns, more.rows));
  if (plot !== undefined) parts.push(`![${plot.alt}](${plot.file})`);
  const where = `\`${command}\`, ${date}, Node ${node}, OpenSSL ${openssl}, ${processor}, ${cores} cores`;
  return [...parts, ...remarks, where].join('\n\n');
}

/** Returns whether a ratio meets its target; `undefined` if it has none. */
function reached({ ratio, atMost, atLeast }: Ratio): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined;
  return ratio <= (atMost ?? Number.POSITIVE_INFINITY) && ratio >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

function verdict(ratio: Ratio): string {
  const fine = reached(ratio);
  return fine === undefined ? '' : fine ? 'reached' : 'MISSED';
}

function wanted({ atMost, atLeast, unit }: Ratio): string {
  if (atMost !== undefined) return `at most ${amount(atMost, unit)}`;
  return atLeast === undefined ? '' : `at least ${amount(atLeast, unit)}`;
}

function amount(value: number, unit = '×'): string {
  return `${number(value)} ${unit}`;
}

/** Formats a number with three significant digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : cell)));
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => pad(row[at] ?? '', width, typeof rows[0]?.[at] === 'number')).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    typeof rows[0]?.[at] === 'number' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(columns), `| ${rule.join(' | ')} |`, ...cells.map(line)].join('\n');
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
