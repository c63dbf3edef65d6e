/**
 * How this program speaks. The words stand with the command that says them; those of errors are in `explain.ts`.
 *
 * - What happened, then what to do. Whole sentences, present tense, no exclamation marks, no apologies.
 * - One name for each thing: server, pin, user name, password, authenticator app, code, recovery code.
 * - The result of a command goes to stdout, all else to stderr. With `--json` stdout has one object a line and nothing
 *   else, and stderr is the same.
 * - A value from the server or the command line is put into a sentence by `sentence`, never bare.
 */
import { note, printJson, printLine, sentence, styleFor } from '@countersign/terminal';
import type { Context } from './context.ts';

/** Prints the result of a command: an event for programs, or a line for people. */
export async function printResult(
  { io, options }: Context,
  event: Readonly<Record<string, unknown>> & { readonly event: string },
  line: string,
): Promise<void> {
  if (options.json) await printJson(io, event);
  else await printLine(io, styleFor(io.stdout, io.env).green(line));
}

/** Prints recovery codes, which an event has printed already with `--json`. */
export async function printRecoveryCodes({ io, options }: Context, codes: readonly string[]): Promise<void> {
  note(
    io,
    'Recovery codes: each opens the account once when your authenticator is gone. Write them down or print them, and keep them away from your password. They are not shown again.',
  );
  if (!options.json) for (const code of codes) await printLine(io, sentence`  ${code}`);
}
