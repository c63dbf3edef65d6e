/** What could not be read. */
import type { Bad } from '@countersign/secure-store';
import { EXIT, type ExitCode, type Io, plain, printLine, styleFor } from '@countersign/terminal';

export function exitFor({ bad }: { readonly bad: readonly unknown[] }): ExitCode {
  return bad.length === 0 ? EXIT.done : EXIT.store;
}

export async function printBad(io: Io, bad: readonly Bad[]): Promise<void> {
  const { red } = styleFor(io.stdout, io.env);
  for (const { what, place, problem } of bad)
    await printLine(io, `${red(`${what} ${plain(place)}`)}  ${problem}`);
}
