/** A manual page in the macros of man(7), from the help of a program whose commands are all loaded. */
import type { Command } from 'commander';
import { EXIT } from '../errors/exit-codes.ts';
import { examplesFor, type Program } from './examples.ts';
import { leavesOf, usageOf } from './words.ts';

/** What the exit codes mean, in the order of their numbers. */
const MEANINGS: Readonly<Record<number, string>> = {
  [EXIT.done]: 'done',
  [EXIT.unexpected]: 'an unexpected error',
  [EXIT.usage]: 'a wrong command line, or input that ended',
  [EXIT.refused]: 'refused',
  [EXIT.limited]: 'slowed down or locked',
  [EXIT.untrusted]: 'the server is not trusted',
  [EXIT.network]: 'network: no connection, or a port in use',
  [EXIT.store]: 'the store: wrong passphrase, damaged, or not a store',
  [EXIT.interrupted]: 'ended by Ctrl-C',
};

/**
 * Returns the page of a program.
 *
 * @param section 1 for a user program, 8 for an administration program
 */
export function manPage(program: Program, section: 1 | 8): string {
  const name = program.name();
  const version = program.version() ?? '';
  const parts = [
    `.TH ${name.toUpperCase()} ${section} "" "${name} ${version}" "Countersign"\n.nh\n.ad l`,
    `.SH NAME\n${text(name)} \\- ${text(program.description().replace(/\.(?: .*)?$/s, ''))}`,
    `.SH SYNOPSIS\n.B ${text(name)}\n[\\fIcommand\\fR] [\\fIoptions\\fR]`,
    `.SH OPTIONS\nEvery command takes these.\n${optionsOf(program)}`,
    `.SH COMMANDS\n${leavesOf(program)
      .map((leaf) => commandPart(leaf, program))
      .join('\n')}`,
    `.SH EXIT STATUS\n${Object.entries(MEANINGS)
      .map(([code, meaning]) => `.TP\n.B ${code}\n${text(meaning)}`)
      .join('\n')}`,
    '.SH SEE ALSO\nhttps://github.com/countersign\\-auth/countersign',
  ];
  return `${parts.join('\n')}\n`;
}

function commandPart(command: Command, program: Program): string {
  const options = command.options.length === 0 ? '' : `\n.RS\n${optionsOf(command)}\n.RE`;
  const shown = examplesFor(command, program).map(
    ([what, example]) =>
      `.PP\n${sentenceOf(what)}\n.PP\n.RS\n.B ${text(`${program.name()} ${example}`)}\n.RE`,
  );
  return [`.SS ${text(usageOf(command))}\n${sentenceOf(command.description())}${options}`, ...shown].join(
    '\n',
  );
}

function optionsOf(command: Command): string {
  const helper = command.createHelp();
  return command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => `.TP\n.B ${text(option.flags)}\n${sentenceOf(helper.optionDescription(option))}`)
    .join('\n');
}

function sentenceOf(words: string): string {
  const isWord = /^[a-z]+(?=[ ,;]|$)/.test(words);
  const whole = isWord ? `${words.charAt(0).toUpperCase()}${words.slice(1)}` : words;
  return text(/[.!?]$/.test(whole) ? whole : `${whole}.`);
}

/** Text without meaning for troff: a hyphen that is typed stays a hyphen, and a line cannot begin with a request. */
function text(words: string): string {
  const escaped = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll(/\s*\n\s*/g, ' ');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
