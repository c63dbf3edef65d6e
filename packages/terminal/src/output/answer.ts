/** The result of a command, in the form that the caller asked for. */
import type { Io } from '../program/io.ts';
import { note, printFields, printJson, printLine, printTable } from './output.ts';
import type { TableOptions } from './table.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Names and their values, as `Answer` contains them. */
export type Fields = readonly (readonly [name: string, value: string | readonly string[] | undefined])[];

/** The result of a command. Everything but `json` is for people, and printed in the order of these fields. */
export interface Answer {
  /** For `--json`: an object, or one for each row. */
  readonly json: JsonObject | readonly JsonObject[];
  /** A line on stdout. */
  readonly text?: string | undefined;
  /** Names and values on stdout. Several values have one name; a name without a value is left out. */
  readonly fields?: Fields | undefined;
  /** Columns before the fields; the default is 2. */
  readonly indent?: number | undefined;
  /** A table on stdout, or `none` on stderr if it has no rows. */
  readonly table?: (Omit<TableOptions, 'width'> & { readonly none?: string | undefined }) | undefined;
  /** Lines on stderr, such as what to do next. */
  readonly notes?: readonly (string | undefined)[] | undefined;
}

/** Prints an answer. Resolves when more can be written. */
export async function printAnswer(
  io: Io,
  { json: isForPrograms }: { readonly json: boolean },
  { json, text, fields, indent, table, notes = [] }: Answer,
): Promise<void> {
  if (isForPrograms) {
    for (const object of Array.isArray(json) ? json : [json]) await printJson(io, object);
    return;
  }
  if (text !== undefined) await printLine(io, text);
  const rows = fields?.flatMap(([name, value = []]) =>
    [value].flat().map((each, i) => [i === 0 ? name : '', each] as const),
  );
  if (rows) await printFields(io, rows, indent);
  if (table?.none !== undefined && table.rows.length === 0) note(io, table.none);
  else if (table) await printTable(io, table);
  for (const line of notes) if (line !== undefined) note(io, line);
}
