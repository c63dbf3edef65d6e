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
  /** Titles of columns that are left out if all their cells are empty. */
  readonly ifAny?: readonly string[] | undefined;
  /** Columns of the terminal. Without it nothing is cut or left out. */
  readonly width?: number | undefined;
}

interface Column {
  readonly title: string;
  /** The title and the cells. */
  readonly lines: readonly string[];
  readonly isNumeric: boolean;
  width: number;
}

/** Returns the table without a line end after its last line. Numbers are aligned right, text left. */
export function formatTable({
  head,
  rows,
  keep,
  spare = [],
  ifAny = [],
  width = Number.POSITIVE_INFINITY,
}: TableOptions): string {
  let columns = head
    .map((title, index) =>
      columnOf(
        title,
        rows.map((row) => row[index] ?? ''),
      ),
    )
    .filter(({ title, lines }) => !ifAny.includes(title) || lines.slice(1).some((cell) => cell !== ''));
  for (const title of spare)
    if (lineWidth(columns) > width) columns = columns.filter((column) => column.title !== title);
  const narrowed = columns.filter(({ title }) => title !== keep);
  for (let excess = lineWidth(columns) - width; excess > 0; excess -= 1) {
    const widest = Math.max(...narrowed.map((column) => column.width));
    const column = narrowed.find((each) => each.width === widest);
    if (column === undefined || widest <= LEAST) break;
    column.width -= 1;
  }
  const lineAt = (index: number) => columns.map((column) => cellOf(column, index)).join(' '.repeat(GAP));
  return Array.from({ length: rows.length + 1 }, (_line, index) => lineAt(index).trimEnd()).join('\n');
}

function columnOf(title: string, values: readonly (string | number)[]): Column {
  const lines = [plain(title), ...values.map((value) => plain(String(value), 500))];
  return {
    title,
    lines,
    isNumeric: values.length > 0 && values.every((value) => typeof value === 'number'),
    width: lines.reduce((widest, line) => Math.max(widest, widthOf(line)), 0),
  };
}

function lineWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP * (columns.length - 1));
}

function cellOf({ lines, width, isNumeric }: Column, index: number): string {
  const cell = cutToWidth(lines[index] ?? '', width);
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return isNumeric ? space + cell : cell + space;
}
