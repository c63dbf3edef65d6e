/**
 * What commands share that keep a credential and log in only when they need a new one: whose credential is meant, and
 * whether they can ask for a login.
 */
import { EXIT, problem } from '@countersign/terminal';
import type { Context } from '../context.ts';

/**
 * Returns the account that `--user` means, to be compared with one that a credential names. The server knows names in lower
 * case. A name that is still written otherwise costs a login.
 */
export function accountOf(user: string | undefined): string | undefined {
  return user?.normalize('NFC').toLowerCase();
}

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
