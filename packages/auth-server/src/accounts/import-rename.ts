/** Which row a rename is for: `OLD` where one user has that name, `LINE:OLD` where several have it. */
export interface UnmatchedRename {
  /** What was to be renamed. */
  readonly from: string;
  /** The rows it fits: none, or more than one. */
  readonly lines: readonly number[];
}

/** The new name of each row that gets one, by its line. */
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
