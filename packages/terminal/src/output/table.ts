/**
 * Formats tables for people: columns as wide as their longest cell. If that is wider than the terminal, spare columns are
 * left out, then the widest of the others are cut. Every cell goes through `plain`.
 */
import { plain } from './sanitise.ts';
import { cutToWidth, widthOf } from './text-width.ts';

const GAP = 2;
/** No column is cut below this, even if the table is too wide then. */
const LEAST = 6;

/** What a table shows, and how it fits a terminal. */
export interface TableOptions {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** The title of the column that is never cut, because a user types its values. */
  readonly keep?: string | undefined;
  /** Titles of columns that are left out if there is not enough room, in this order. */
  readonly spare?: readonly string[] | undefined;
  /** Columns of the terminal. Without it nothing is cut or left out. */
  readonly width?: number | undefined;
}

/** Returns the table without a line end after its last line. Numbers are aligned right, text left. */
export function formatTable({
  head,
  rows,
  keep,
  spare = [],
  width = Number.POSITIVE_INFINITY,
}: TableOptions): string {
  const cells = rows.map((row) => head.map((_title, column) => plain(String(row[column] ?? ''), 500)));
  const numeric = head.map(
    (_title, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const lines = [head.map((title) => plain(title)), ...cells];
  const wanted = head.map((_title, column) =>
    lines.reduce((widest, line) => Math.max(widest, widthOf(line[column] ?? '')), 0),
  );
  const shown = withoutSpare(head, wanted, spare, width);
  const widths = fit(
    shown.map((column) => wanted[column] ?? 0),
    shown.findIndex((column) => head[column] === keep),
    width,
  );
  return lines
    .map((line) =>
      shown
        .map((column, i) => pad(line[column] ?? '', widths[i] ?? 0, numeric[column] === true))
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
    .join('\n');
}

/** The columns that stay. */
function withoutSpare(
  head: readonly string[],
  wanted: readonly number[],
  spare: readonly string[],
  width: number,
): number[] {
  let shown = [...head.keys()];
  for (const title of spare) {
    if (lineWidth(shown.map((column) => wanted[column] ?? 0)) <= width) break;
    shown = shown.filter((column) => head[column] !== title);
  }
  return shown;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, column) => sum + column, GAP * (widths.length - 1));
}

/** Narrows the widest column, except the one at `kept`, one by one until the line fits. */
function fit(wanted: readonly number[], kept: number, width: number): number[] {
  const widths = [...wanted];
  let excess = lineWidth(widths) - width;
  while (excess > 0) {
    const widest = Math.max(...widths.filter((_width, i) => i !== kept));
    if (widest <= LEAST) break;
    widths[widths.findIndex((each, i) => each === widest && i !== kept)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function pad(cell: string, width: number, right: boolean): string {
  const fitting = cutToWidth(cell, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(fitting)));
  return right ? space + fitting : fitting + space;
}
