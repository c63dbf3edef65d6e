/** The first step of a login: the password proves the user to the server, and the server to the client. */
import type { PendingLogin } from '@countersign/auth-client';
import { counted, warn, withTries } from '@countersign/terminal';
import { ASK } from '../codes.ts';
import { connecting, openClient, stretching } from '../connection.ts';
import type { Context } from '../context.ts';
import { askPassword, isPasswordAsked } from '../credentials.ts';
import { codeOf } from '../explain.ts';

/**
 * Asks for the password and proves it. On a terminal a missing or another server is reported before the password is
 * typed, and three passwords can be tried, each on a connection of its own.
 * @param questions that the command asks after the login
 */
export async function prove(
  context: Context,
  username: string,
  questions: readonly string[],
): Promise<{ password: string; pending: PendingLogin }> {
  const { io, prompts } = context;
  const isTyped = io.isTerminal && isPasswordAsked(context);
  const client = await openClient(context);
  if (isTyped) await connecting(context, () => client.probe());
  return withTries(prompts, {
    isTyped,
    async attempt() {
      const password = await askPassword(context);
      // A surplus line is refused here already: after the password, the server would report an unfinished login.
      await prompts.done(linesLeft(context, [ASK.code, ...questions]));
      return { password, pending: await stretching(context, () => client.login(username, password)) };
    },
    isWrong: (error) => codeOf(error) === 'authentication_failed',
    say: (left) => warn(io, `Wrong password or unknown user. ${counted(left, 'try', 'tries')} left.`),
  });
}

const FOR_CODES: readonly string[] = [ASK.code, ASK.nextCode, ASK.firstCode];

/** The questions that are not answered by a `--code`. */
export function linesLeft({ codes }: Context, questions: readonly string[]): string[] {
  let given = codes.length;
  return questions.filter((question) => !FOR_CODES.includes(question) || given-- <= 0);
}
