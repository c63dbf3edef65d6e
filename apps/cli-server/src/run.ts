/** One run of the program: reads the command line, does the command, and turns every error into words and a number. */
import { commandWords, EXIT, type ExitCode, type Io, reportError } from '@countersign/terminal';
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
    const words = commandWords(argv, program, 'start');
    await program.parseAsync(words, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    return reportError(io, wordsFor(error, program, argv), { json: argv.includes('--json') });
  }
}

function wordsFor(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return explain(error);
  if (error.code !== 'commander.help') return badCommandLine(error.message, commandIn(program, argv));
  // After `help` stands no command, or a group stands alone.
  const [first = '', second = ''] = program.args;
  const group = program.commands.find((command) => first === command.name());
  if (!group) return badCommandLine(`unknown command '${second}'`);
  return incompleteCommand(
    first,
    group.commands.map((command) => command.name()),
  );
}

/** The words of the command that was meant, as far as there are such commands: their `--help` lists its options. */
function commandIn(program: Command, argv: readonly string[]): string[] {
  const words: string[] = [];
  let commands = program.commands;
  for (const word of argv) {
    const command = commands.find((each) => each.name() === word);
    if (command === undefined) continue;
    words.push(word);
    commands = command.commands;
  }
  return words.length === 0 ? ['start'] : words;
}
