/** The commands and options that both programs have, in the same words. */
import { Argument, type Command } from 'commander';
import { printLine } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import { completionScript, SHELLS, type Shell } from './completion.ts';
import { examplesFor, type Program } from './examples.ts';

/** The names of the commands that `addOwnCommands` adds. They read no settings. */
export const OWN_COMMANDS: readonly string[] = ['version', 'completion'];

/**
 * Adds `version` and `completion`, the wording of `help`, and the examples to the help of every command.
 * @param loadAll returns the program with all its commands, for `completion`
 */
export function addOwnCommands(program: Program, io: Io, loadAll: () => Promise<Command>): Program {
  program.examples.version = { 'the version': 'version', 'the same': '--version' };
  program.examples.completion = {
    'in bash, for this session': 'completion bash',
    'in fish': `completion fish > ~/.config/fish/completions/${program.name()}.fish`,
  };
  program
    .command('version')
    .description('show the version')
    .action(() => printLine(io, program.version() ?? ''));
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      io.stdout.write(completionScript(shell, await loadAll()));
    });
  program
    .option('--json', 'print JSON, one object per line')
    .option('--plain', 'ask and report in plain lines, for screen readers (env: COUNTERSIGN_PLAIN=1)')
    .helpOption('-h, --help', 'show the help of a command')
    .helpCommand('help [command]', 'show the help of a command');
  addExamples(program, program);
  return program;
}

function addExamples(command: Command, program: Program): void {
  const lines = examplesFor(command, program).map(
    ([what, words]) => `  # ${what}\n  ${`${program.name()} ${words}`.trimEnd()}`,
  );
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  for (const child of command.commands) addExamples(child, program);
}
