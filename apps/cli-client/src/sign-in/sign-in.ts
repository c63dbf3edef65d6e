/**
 * A whole login, as every command but `register` begins:
 *
 * 1. name and password, which prove the server as well
 * 2. a code, a recovery code, or after the administrator's reset a new authenticator
 * 3. what the user should know (`report.ts`), and the command
 * 4. an offer to renew an imported password, on a terminal, since it takes another code (`renew.ts`): last, since a server
 *    of another version ends the connection over it
 */
import type { AccountSession, PendingLogin } from '@countersign/auth-client';
import { counted, EXIT, note, problem, warn, withTries } from '@countersign/terminal';
import { ASK, askCode, type CodeQuestion, linesLeft, RECOVERY_CODE, whenAccepted } from '../codes.ts';
import { connecting, openClient, stretching } from '../connection.ts';
import type { Context } from '../context.ts';
import { askPassword, askUsername, isPasswordAsked } from '../credentials.ts';
import { enrol } from '../enrol.ts';
import { codeOf } from '../explain.ts';
import { lastLogin } from '../last-login.ts';
import { offerRenewal } from './renew.ts';
import { report } from './report.ts';

export interface SignIn {
  readonly name?: string | undefined;
  /** The login is the whole command. */
  readonly isCommand?: boolean | undefined;
  /** The questions of the command after the login, in their order. */
  readonly questions?: readonly string[] | undefined;
}

/** Logs in and runs `command` with the session, which is closed after it. */
export async function signedIn(
  context: Context,
  { name, isCommand = false, questions = [] }: SignIn,
  command: (session: AccountSession) => Promise<void>,
): Promise<void> {
  const username = await askUsername(context, name);
  const { password, pending } = await prove(context, username, questions);
  try {
    const session = await passSecondFactor(context, username, pending, questions.length === 0);
    await lastLogin(context.io).remember({ server: context.server, username });
    await report(context, session, isCommand);
    await command(session);
    await offerRenewal(context, session, password);
  } finally {
    // After Ctrl-C the program does not wait for the server.
    if (!context.io.signal.aborted) await pending.close();
  }
}

/**
 * Asks for the password and proves it. On a terminal a missing or another server is reported before the password is
 * typed, and three passwords can be tried, each on a connection of its own.
 * @param questions that the command asks after the login
 */
async function prove(
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

/** @param isLast the command asks nothing else */
async function passSecondFactor(
  context: Context,
  username: string,
  pending: PendingLogin,
  isLast: boolean,
): Promise<AccountSession> {
  const { next } = pending;
  if (next.kind === 'replace_totp') return enrolAfterReset(context, username, pending);
  const question = next.kind === 'code' ? await whenAccepted(context, next) : onlyRecovery(context);
  return askCode(context, { ...question, isLast }, (factor) => pending.submit(factor));
}

function onlyRecovery({ io }: Context): CodeQuestion {
  const locked = 'Codes are locked for this account after too many wrong ones.';
  warn(io, `${locked} A recovery code still opens it.`);
  const todo = 'Ask the administrator to unlock it, or use a recovery code if that is still accepted.';
  return { ...RECOVERY_CODE, unanswered: problem('locked', EXIT.limited, `${locked} ${todo}`) };
}

/** The recovery code that the administrator handed out begins a new authenticator, whose first code logs in. */
async function enrolAfterReset(
  context: Context,
  username: string,
  pending: PendingLogin,
): Promise<AccountSession> {
  note(
    context.io,
    'The administrator has reset your authenticator. Type the recovery code you were given, then set up a new one.',
  );
  const enrolment = await askCode(context, RECOVERY_CODE, ({ code }) => pending.replaceTotp(code));
  return enrol(context, username, enrolment);
}
