/** What is wrong with a command line, in the words of both programs. */
import type { Command, CommanderError } from 'commander';
import { type CliError, usageError } from '../errors/cli-error.ts';
import { plain } from '../output/sanitise.ts';
import { asSentence } from '../output/words.ts';
import type { Io } from '../program/io.ts';
import { callOf, type ProgramName } from './calls.ts';
import { commandIn, commandsOf } from './words.ts';

export interface CommandLine {
  readonly argv: readonly string[];
  readonly program: Command;
  /** The command that runs when `argv` names none. */
  readonly whenNone: string;
}

/** Returns commander's error as one of ours: `usage`, with its guess at what was meant, and the help to look at. */
export function commandLineError(
  io: Io,
  { code, message }: CommanderError,
  { argv, program, whenNone }: CommandLine,
): CliError {
  const [, second = ''] = program.args;
  const words = commandIn(program, program.args);
  const group = words.reduce<Command>(
    (at, word) => at.commands.find((each) => each.name() === word) ?? at,
    program,
  );
  const usage = (what: string, words: readonly string[], asked: readonly string[] = []) => {
    const help = `See ${callOf(io, program.name() as ProgramName, ...words, '--help')}.`;
    return usageError('usage', asSentence(what), [...asked, help].join(' '));
  };
  if (code === 'commander.help' && group !== program) {
    const names = group.commands.map((command) => command.name());
    return usage(`"${words.join(' ')}" needs a subcommand: ${names.join(', ')}.`, words);
  }
  // After `help` stands an unknown command.
  if (code === 'commander.help') return usage(`unknown command '${plain(second)}'`, []);
  const meant = commandIn(program, argv);
  // A hidden command has no help to look at.
  const isListed = commandsOf(program).some((command) => command.name() === whenNone);
  if (meant.length === 0 && code !== 'commander.unknownCommand' && isListed) meant.push(whenNone);
  const [what = '', ...suggestions] = message.replace(/^error: /, '').split('\n');
  const asked = suggestions.map((line) => plain(line).replace(/^\((.*)\)$/, '$1'));
  return usage(plain(what), meant, asked.filter(Boolean));
}
