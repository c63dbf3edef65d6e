/** What the forms of commands share: words, options, and parsers for their values. */
import type { Form } from '@countersign/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from './context.ts';

/** A command, or a group of commands. */
export type Entry = { readonly about: string } & Form<Context>;

const NAME = 'user name; asked for if not given';
export const USER = ['--user <name>', NAME] as const;

export function withName(command: Command): Command {
  return command.argument('[name]', NAME);
}

/** Returns a parser for whole numbers. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (number < least || number > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };
}
