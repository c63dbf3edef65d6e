/** The commands and options that both programs have, in the same words. */
import { Argument, type Command } from 'commander';
import { printLine } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import { completionScript, SHELLS, type Shell } from './completion.ts';
import { wordsOf } from './words.ts';

/** The names of the commands that `addOwnCommands` adds. They read no settings. */
export const OWN_COMMANDS: readonly string[] = ['version', 'completion'];

/** Examples in the help of each command: what it is typed for, and the words after the name of the program. */
export type Examples = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Adds `version` and `completion`, the wording of `help`, and the examples.
 * @param loadAll returns the program with all its commands, for `completion`
 * @param examples by the words of a command, such as `user list`; those of the program have the key ''
 */
export function addOwnCommands(
  program: Command,
  io: Io,
  { loadAll, examples }: { readonly loadAll: () => Promise<Command>; readonly examples: Examples },
): Command {
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
  addExamples(program, program.name(), examples);
  return program;
}

function addExamples(command: Command, program: string, examples: Examples): void {
  const lines = examplesFor(wordsOf(command), examples).map(
    ([what, words]) => `  # ${what}\n  ${`${program} ${words}`.trimEnd()}`,
  );
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  for (const child of command.commands) addExamples(child, program, examples);
}

/** Returns the examples of a command; for a group, the first ones of its first commands. */
export function examplesFor(at: string, examples: Examples): readonly [what: string, words: string][] {
  const own = Object.entries(examples[at] ?? {});
  if (own.length > 0 || at === '') return own;
  const inside = Object.entries(examples).filter(([command]) => command.startsWith(`${at} `));
  return inside.flatMap(([, each]) => Object.entries(each).slice(0, 1)).slice(0, 2);
}
