/** One run of the program: a command line in, an exit code out. */
import type { ClientOptions } from '@countersign/auth-client';
import { EXIT, type Io, openPrompts, runProgram } from '@countersign/terminal';
import { splitAtCommand } from './commands/ssh/command-line.ts';
import { type Context, createContext } from './context.ts';
import { explain } from './explain.ts';
import { buildProgram, buildWhole, MENU, type Perform } from './program.ts';

/**
 * @param argv what follows the program's name
 * @param stretch of new passwords; the default is the library's
 */
export function run(argv: readonly string[], io: Io, stretch?: ClientOptions['stretch']): Promise<number> {
  const prompts = openPrompts(io);
  const { own, following } = splitAtCommand(argv, buildWhole(io));
  const build = (finish: (exit: number) => void) => {
    const perform: Perform = async (options, command) => {
      let context: Context | undefined;
      try {
        context = await createContext({ io, prompts, options, following, stretch });
        finish((await command(context)) ?? EXIT.done);
      } catch (error) {
        throw explain(io, error, context);
      } finally {
        prompts.close();
      }
    };
    return buildProgram(io, perform);
  };
  return runProgram(own, io, { build, whenNone: MENU, explain: (error) => explain(io, error) });
}
