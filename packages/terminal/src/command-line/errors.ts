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
  const [first = '', second = ''] = program.args;
  const group = program.commands.find((command) => first === command.name());
  const meant = commandIn(program, argv);
  const isUnknown = code === 'commander.unknownCommand';
  // A hidden command has no help to look at.
  const isListed = commandsOf(program).some((command) => command.name() === whenNone);
  if (meant.length === 0 && !isUnknown && isListed) meant.push(whenNone);
  const help = (...words: readonly string[]) =>
    `See ${callOf(io, program.name() as ProgramName, ...words, '--help')}.`;
  if (code === 'commander.help' && group)
    return usageError(
      'usage',
      `"${first}" needs a subcommand: ${group.commands.map((command) => command.name()).join(', ')}.`,
      help(first),
    );
  // After `help` stands an unknown command.
  if (code === 'commander.help')
    return usageError('usage', asSentence(`unknown command '${plain(second)}'`), help());
  const [what = '', ...suggestions] = message
    .replace(/^error: /, '')
    .split('\n')
    .map((line) => plain(line));
  const asked = suggestions.map((line) => line.replace(/^\((.*)\)$/, '$1')).filter((line) => line !== '');
  return usageError('usage', asSentence(what), [...asked, help(...meant)].join(' '));
}
