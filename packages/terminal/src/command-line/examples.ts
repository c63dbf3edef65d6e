/** The examples in the help of the commands of a program. */
import { Command } from 'commander';
import { wordsOf } from './words.ts';

/** A program and the examples of its commands. */
export class Program extends Command {
  /**
   * By the words of a command, such as `user list`, or '' for the program: the purpose, and the words after the name
   * of the program.
   */
  readonly examples: Record<string, Readonly<Record<string, string>>> = {};
}

/** Returns the examples of a command; for a group, the first ones of its first commands. */
export function examplesFor(
  command: Command,
  { examples }: Program,
): readonly (readonly [what: string, words: string])[] {
  const at = wordsOf(command);
  const own = Object.entries(examples[at] ?? {});
  if (own.length > 0 || at === '') return own;
  const inside = Object.entries(examples).filter(([words]) => words.startsWith(`${at} `));
  return inside.flatMap(([, each]) => Object.entries(each).slice(0, 1)).slice(0, 2);
}
