/** One run of the program: a command line in, an exit code out. */
import type { ClientOptions } from '@countersign/auth-client';
import { CliError, type ExitCode, type Io, openPrompts, runProgram } from '@countersign/terminal';
import { type Context, createContext } from './context.ts';
import { toCliError } from './errors.ts';
import type { GivenOptions } from './options.ts';
import { MENU, programOf } from './program.ts';
import { typedAs } from './ui/typed-as.ts';

/** @param stretch of new passwords; the default is the library's */
export function run(argv: readonly string[], io: Io, stretch?: ClientOptions['stretch']): Promise<ExitCode> {
  const prompts = openPrompts(io);
  const perform = async (given: GivenOptions, command: (context: Context) => Promise<void>) => {
    let context: Context | undefined;
    try {
      context = await createContext(io, prompts, given, stretch);
      await command(context);
    } catch (error) {
      throw toCliError(error, context);
    } finally {
      prompts.close();
    }
  };
  const build = () => programOf(io, perform);
  return runProgram(argv, io, { build, whenNone: MENU, explain: (error) => asPrinted(io, error) });
}

/** What to do next is part of the message, so that with `--json` `code` and `message` are all there is. */
function asPrinted(io: Io, error: unknown): unknown {
  if (!(error instanceof CliError)) return error;
  const { code, exit, message, hint, cause } = error;
  const whole = hint === undefined ? message : `${message} ${hint}`;
  return new CliError({ code, exit, message: typedAs(io, whole), cause });
}
