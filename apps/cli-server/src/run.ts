/** One run of the program: reads the command line, does the command, and turns every error into words and a number. */
import { EXIT, type ExitCode, type Io, reportError } from '@countersign/terminal';
import { type Command, CommanderError } from 'commander';
import { buildProgram } from './command-line/program.ts';
import { explain } from './explain.ts';
import { badCommandLine, incompleteCommand } from './ui/errors.ts';

/** @param argv what stands after the program's name */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = buildProgram(io, (code) => {
    exit = code;
  });
  try {
    const { operands } = program.parseOptions([...argv]);
    const wantsHelp = argv.includes('--help') || argv.includes('-h');
    const given = operands.length === 0 && !wantsHelp ? ['start', ...argv] : [...argv];
    const words = asHelpOption(operands, program) ?? given;
    await program.parseAsync(words, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    return reportError(io, wordsFor(error, program), { json: argv.includes('--json') });
  }
}

/** `help user list` as `user list --help`: commander looks at one word after `help`. */
function asHelpOption([first, ...words]: readonly string[], { commands }: Command): string[] | undefined {
  const [name, inside] = words;
  const group = commands.find((command) => command.name() === name)?.commands ?? [];
  if (first !== 'help' || inside === undefined || group.length === 0) return undefined;
  // A word that is no command is told of as it is without `help`.
  return group.some((command) => command.name() === inside) ? [...words, '--help'] : words;
}

function wordsFor(error: unknown, program: Command): unknown {
  if (!(error instanceof CommanderError)) return explain(error);
  if (error.code !== 'commander.help') return badCommandLine(error.message);
  // After `help` stands no command, or a group stands alone.
  const [first = '', second = ''] = program.args;
  const group = program.commands.find((command) => first === command.name());
  if (!group) return badCommandLine(`unknown command '${second}'`);
  return incompleteCommand(
    first,
    group.commands.map((command) => command.name()),
  );
}
