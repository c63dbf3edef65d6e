/** One run of the program: a command line in, an exit code out. */
import type { ClientOptions } from '@countersign/auth-client';
import {
  CliError,
  commandWords,
  EXIT,
  type ExitCode,
  type Io,
  openPrompts,
  reportError,
} from '@countersign/terminal';
import { CommanderError } from 'commander';
import { commandLineError } from './command-line-error.ts';
import { type Context, createContext } from './context.ts';
import { toCliError } from './errors.ts';
import type { GivenOptions } from './options.ts';
import { createProgram, MENU } from './program.ts';
import { typedAs } from './ui/typed-as.ts';

/** @param stretch of new passwords; the default is the library's */
export async function run(
  argv: readonly string[],
  io: Io,
  stretch?: ClientOptions['stretch'],
): Promise<ExitCode> {
  const prompts = openPrompts(io);
  const perform = async (given: GivenOptions, command: (context: Context) => Promise<void>) => {
    const context = await createContext(io, prompts, given, stretch);
    try {
      await command(context);
    } catch (error) {
      throw await toCliError(error, context);
    }
  };
  const program = createProgram(io, perform);
  try {
    const words = commandWords(argv, program, MENU);
    await program.parseAsync(words, { from: 'user' }).finally(() => prompts.close());
    return EXIT.done;
  } catch (error) {
    // Help and version end this way too.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const json = argv.includes('--json');
    const known =
      error instanceof CommanderError ? commandLineError(error, program) : await toCliError(error);
    return reportError(io, known instanceof CliError ? asPrinted(io, known, json) : known, { json });
  }
}

/** With `--json` what to do next is part of the message, so that `code` and `message` are all there is. */
function asPrinted(io: Io, { code, exit, message, hint, cause }: CliError, json: boolean): CliError {
  const separately = json || hint === undefined ? {} : { hint: typedAs(io, hint) };
  const whole = json && hint !== undefined ? `${message} ${hint}` : message;
  return new CliError({ code, exit, message: typedAs(io, whole), ...separately, cause });
}
