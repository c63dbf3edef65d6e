/**
 * Tables for people: columns as wide as their longest cell, and when that is wider than the terminal the widest
 * ones cut. Cells are values from anywhere and go through `plain`.
 */
import { plain } from './sanitise.ts';
import { cutToWidth, widthOf } from './text-width.ts';

const GAP = 2;
/** No column is cut below this, even if the table then is too wide. */
const LEAST = 6;

export interface TableOptions {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Columns of the terminal; leave it out where nobody looks, and nothing is cut. */
  readonly width?: number;
}

/** The lines of the table without a line end after the last. Numbers stand right, texts left. */
export function formatTable({ head, rows, width = Number.POSITIVE_INFINITY }: TableOptions): string {
  const cells = rows.map((row) => head.map((_title, column) => plain(String(row[column] ?? ''), 500)));
  const numeric = head.map(
    (_title, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const lines = [head.map((title) => plain(title)), ...cells];
  const widths = fit(
    head.map((_title, column) =>
      lines.reduce((widest, line) => Math.max(widest, widthOf(line[column] ?? '')), 0),
    ),
    width,
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0, numeric[column] === true))
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
    .join('\n');
}

/** Takes from the widest column, one by one, until the line fits. */
function fit(wanted: readonly number[], width: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, column) => sum + column, GAP * (widths.length - 1)) - width;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= LEAST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function pad(cell: string, width: number, right: boolean): string {
  const fitting = cutToWidth(cell, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(fitting)));
  return right ? space + fitting : fitting + space;
}
