/** What the completion scripts contain: the commands of a program, with the options and values of each. */
import type { Command } from 'commander';
import { takesPath } from '../option-values.ts';
import { commandsOf, wordsOf } from '../words.ts';

/** A program. */
export interface Tree {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** The options of every command. */
  readonly common: readonly Flag[];
  /** Options that take a value in the next word. */
  readonly withValue: readonly Flag[];
}

/** A command, or the program itself. */
export interface Node {
  /** The words that lead to it, as in `user list`; empty for the program. */
  readonly at: string;
  /** Its commands, and the words that an argument can be. */
  readonly words: readonly Named[];
  /** Its own options. */
  readonly flags: readonly Flag[];
  /** An argument is a file. */
  readonly takesFile: boolean;
}

/** A word and what it means. */
export interface Named {
  readonly name: string;
  readonly about: string;
}

/** An option, named with its dashes. */
export interface Flag extends Named {
  readonly short: string | undefined;
  /** What its value can be; `undefined` if it takes none. */
  readonly value: 'file' | 'other' | readonly string[] | undefined;
}

/** Returns what completion needs of a program whose commands are all loaded. */
export function treeOf(program: Command): Tree {
  const help = { name: '--help', short: '-h', about: 'show the help of a command', value: undefined };
  const common = [...flagsOf(program), help];
  const nodes = nodesFrom(program);
  const flags = [...common, ...nodes.flatMap((node) => node.flags)].filter(
    ({ value }) => value !== undefined,
  );
  const withValue = [...new Map(flags.map((flag) => [flag.name, flag])).values()];
  return { name: program.name(), nodes, common, withValue };
}

function nodesFrom(command: Command): Node[] {
  const commands = commandsOf(command);
  const values = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const node: Node = {
    at: wordsOf(command),
    words: [
      ...commands.map((child) => ({ name: child.name(), about: child.description() })),
      ...values.map((name) => ({ name, about: '' })),
    ],
    flags: command.parent === null ? [] : flagsOf(command),
    takesFile: command.registeredArguments.some((argument) => argument.name() === 'file'),
  };
  return [node, ...commands.flatMap(nodesFrom)];
}

function flagsOf({ options }: Command): Flag[] {
  return options
    .filter(({ hidden }) => !hidden)
    .map((option) => ({
      name: option.long ?? option.flags,
      short: option.short,
      about: option.description,
      value: option.required ? (option.argChoices ?? (takesPath(option) ? 'file' : 'other')) : undefined,
    }));
}
