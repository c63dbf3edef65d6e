/** What commander has against a command line, in our words. */
import type { CliError } from '@countersign/terminal';
import type { Command, CommanderError } from 'commander';
import { incompleteCommand, noSuchCommand, usageError } from './ui/endings.ts';

export function commandLineError({ code, message }: CommanderError, program: Command): CliError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = /^\((Did you mean .*\?)\)$/.exec(suggestion ?? '')?.[1];
  const [first = '', second = ''] = program.args;
  const words = program.commands.find((command) => command.name() === first)?.commands ?? [];
  switch (code) {
    case 'commander.unknownCommand':
      return noSuchCommand(words.length > 0 ? `${first} ${second}` : first, meant);
    case 'commander.help':
      // After `help` stands no command, or a group stands alone.
      return words.length === 0
        ? noSuchCommand(second)
        : incompleteCommand(
            first,
            words.map((command) => command.name()),
          );
    default:
      return usageError(what, meant);
  }
}
