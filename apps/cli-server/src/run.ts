/** One run of the program: a command line in, an exit code out. */
import { type Io, runProgram } from '@countersign/terminal';
import { explain } from './explain.ts';
import { buildProgram, loadCommands } from './program.ts';

/** @param argv what follows the program's name */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const forms = await loadCommands(argv);
  const build = (finish: (exit: number) => void) => buildProgram(io, forms, finish);
  return runProgram(argv, io, { build, whenNone: 'start', explain });
}
