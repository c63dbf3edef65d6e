/** One run of the program: a command line in, an exit code out. */
import type { ClientOptions } from '@countersign/auth-client';
import { type Io, openPrompts, runProgram } from '@countersign/terminal';
import { splitAtCommand } from './commands/ssh/command-line.ts';
import { type Context, createContext, type GivenOptions } from './context.ts';
import { explain } from './explain.ts';
import { buildProgram, MENU } from './program.ts';

/**
 * @param argv what follows the program's name
 * @param stretch of new passwords; the default is the library's
 */
export function run(argv: readonly string[], io: Io, stretch?: ClientOptions['stretch']): Promise<number> {
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
  const none = { command: [], finish: () => {} };
  const { own, command } = splitAtCommand(argv, buildProgram(io, perform, none));
  const build = (finish: (exit: number) => void) => buildProgram(io, perform, { command, finish });
  return runProgram(own, io, { build, whenNone: MENU, explain: (error) => explain(io, error) });
}
