/** What both programs do with the value of any option before the option's own parser sees it. */
import type { Io } from './io.ts';
import { homeFolder } from './user-folder.ts';

interface OptionShape {
  readonly flags: string;
  readonly required: boolean;
  parseArg?: ((text: string, before: never) => unknown) | undefined;
}

/** A program of commander, or a command of it. Only its shape is known here. */
export interface CommandOptions {
  readonly commands: readonly CommandOptions[];
  readonly options: readonly OptionShape[];
}

/** The placeholders of options that name a file or a folder. */
const PATHS = /<(?:file|dir|place|where)>/;

/**
 * Makes every option of the program and of all its commands
 *
 * - refuse an empty value: in a script it is a variable that was not set;
 * - expand `~/` at the start of a path: a shell does so in `--data-dir ~/x`, but not in `--data-dir=~/x`.
 */
export function checkOptionValues(program: CommandOptions, env: Io['env']): void {
  for (const option of program.options) {
    if (!option.required) continue;
    const { parseArg, flags } = option;
    option.parseArg = (text: string, before: never) => {
      if (text === '') throw new BadValueError('It must not be empty.');
      const value = PATHS.test(flags) ? expandHome(text, env) : text;
      return parseArg === undefined ? value : parseArg.call(option, value, before);
    };
  }
  for (const command of program.commands) checkOptionValues(command, env);
}

/** `~/x` and `lmdb:~/x` (`png:`, `svg:`) with the home directory in place of the tilde. */
function expandHome(text: string, env: Io['env']): string {
  const [, scheme = '', rest] = /^((?:lmdb|png|svg):)?~((?:\/.*)?)$/s.exec(text) ?? [];
  if (rest === undefined) return text;
  const home = homeFolder(env);
  if (home === undefined) throw new BadValueError('There is no home directory for ~ to mean.');
  return `${scheme}${home}${rest}`;
}

/** By this code commander knows an error of a value, and says which option it belongs to. */
class BadValueError extends Error {
  readonly code = 'commander.invalidArgument';
}
