/** A rename that fits no row, or several. It is `OLD`, or `LINE:OLD` if several users have the name. */
export interface UnmatchedRename {
  /** The name to be changed. */
  readonly from: string;
  /** The lines of the rows that it fits: none, or more than one. */
  readonly lines: readonly number[];
}

/** Returns the new name of each renamed row, by its line. */
export function matchRenames(
  rows: readonly { readonly line: number; readonly name: string }[],
  renames: ReadonlyMap<string, string>,
): { byLine: ReadonlyMap<number, string>; unmatched: readonly UnmatchedRename[] } {
  const fitting = new Map<string, number[]>();
  for (const from of renames.keys()) fitting.set(from, []);
  for (const { line, name } of rows)
    for (const from of [name, `${line}:${name}`]) fitting.get(from)?.push(line);
  const byLine = new Map<number, string>();
  const unmatched: UnmatchedRename[] = [];
  for (const [from, to] of renames) {
    const lines = fitting.get(from) ?? [];
    const [line] = lines;
    if (line === undefined || lines.length > 1) unmatched.push({ from, lines });
    else byLine.set(line, to);
  }
  return { byLine, unmatched };
}
