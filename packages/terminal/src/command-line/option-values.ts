/** Rules for the value of any option, applied before the option's own parser. */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { homeFolder } from '../files/user-folder.ts';
import type { Io } from '../program/io.ts';

/** Whether the value of an option is a path, or can be one. */
export function takesPath({ flags }: Pick<Option, 'flags'>): boolean {
  return /<(?:file|dir|place|where)>/.test(flags);
}

/**
 * Makes every option of the program and of all its commands
 *
 * - refuse an empty value: in a script it is a variable that was not set;
 * - expand `~/` at the start of a path: a shell does so in `--data-dir ~/x`, but not in `--data-dir=~/x`.
 */
export function checkOptionValues(program: Command, env: Io['env']): void {
  for (const option of program.options) {
    if (!option.required) continue;
    const { parseArg } = option;
    option.argParser((text: string, before: unknown) => {
      if (text === '') throw new InvalidArgumentError('It must not be empty.');
      const value = takesPath(option) ? expandHome(text, env) : text;
      return parseArg === undefined ? value : parseArg(value, before);
    });
  }
  for (const command of program.commands) checkOptionValues(command, env);
}

/** Returns the value of an option that a file in `folder` contains: a relative path begins there. */
export function fromFolder(option: Pick<Option, 'flags'>, text: string, folder: string): string {
  const [, scheme = '', path = ''] = /^(lmdb:)?(.*)$/s.exec(text) ?? [];
  const isRelative = takesPath(option) && !/^(?:[~/-]|\w+:\/\/|$)/.test(path);
  return isRelative ? scheme + resolve(folder, path) : text;
}

/** Expands the tilde of `~/x` and `lmdb:~/x` (`png:`, `svg:`) to the home directory. */
function expandHome(text: string, env: Io['env']): string {
  const [, scheme = '', rest] = /^((?:lmdb|png|svg):)?~((?:\/.*)?)$/s.exec(text) ?? [];
  if (rest === undefined) return text;
  const home = homeFolder(env);
  if (home === undefined) throw new InvalidArgumentError('~ cannot be expanded: there is no home directory.');
  return `${scheme}${home}${rest}`;
}
