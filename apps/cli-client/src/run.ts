/** One run of the program: a command line in, an exit code out. */
import type { ClientOptions } from '@countersign/auth-client';
import { type ExitCode, type Io, openPrompts, runProgram } from '@countersign/terminal';
import { type Context, createContext, type GivenOptions } from './context.ts';
import { explain } from './explain.ts';
import { buildProgram, MENU } from './program.ts';

/**
 * @param argv what follows the program's name
 * @param stretch of new passwords; the default is the library's
 */
export function run(argv: readonly string[], io: Io, stretch?: ClientOptions['stretch']): Promise<ExitCode> {
  const prompts = openPrompts(io);
  const perform = async (options: GivenOptions, command: (context: Context) => Promise<void>) => {
    let context: Context | undefined;
    try {
      context = await createContext({ io, prompts, options, stretch });
      await command(context);
    } catch (error) {
      throw explain(io, error, context);
    } finally {
      prompts.close();
    }
  };
  const build = () => buildProgram(io, perform);
  return runProgram(argv, io, { build, whenNone: MENU, explain: (error) => explain(io, error) });
}
