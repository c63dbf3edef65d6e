import { EXIT, problem } from '@countersign/terminal';
import type { Context } from '../context.ts';

/**
 * Refuses to log in without a terminal unless options answer every question: standard input belongs to a command or to the
 * program that runs this one, as when git does, so that no answer can be read from it.
 * @param options `why`: what is missing, and what to do. `mayAsk`: `false` if the terminal is not to be used either
 * @throws {CliError} login_needed
 */
export function mustBeAbleToAsk(
  { io, options }: Context,
  {
    user,
    why,
    mayAsk = true,
  }: { readonly user: string | undefined; readonly why: string; readonly mayAsk?: boolean | undefined },
): void {
  const { passwordFile = '-', code = [] } = options;
  if ((io.isTerminal && mayAsk) || (user !== undefined && passwordFile !== '-' && code.length > 0)) return;
  throw problem('login_needed', EXIT.refused, why);
}
