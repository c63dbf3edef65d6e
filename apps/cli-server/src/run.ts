/** One run of the program: reads the command line, does the command, and turns every error into words and a number. */
import { type ExitCode, type Io, runProgram } from '@countersign/terminal';
import { buildProgram } from './command-line/program.ts';
import { explain } from './explain.ts';

/** @param argv what follows the program's name */
export function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const build = (finish: (exit: ExitCode) => void) => buildProgram(io, finish);
  return runProgram(argv, io, { build, whenNone: 'start', explain });
}
