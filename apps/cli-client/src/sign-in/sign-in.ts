/**
 * A whole login, as every command but `register` begins:
 *
 * 1. name and password, which prove the server as well (`prove.ts`)
 * 2. a code, a recovery code, or after the administrator's reset a new authenticator (`second-factor.ts`)
 * 3. what the user should know (`report.ts`), and the command
 * 4. an offer to renew an imported password, on a terminal, since it takes another code (`renew.ts`): last, since a server
 *    of another version ends the connection over it
 */
import type { AccountSession } from '@countersign/auth-client';
import type { Context } from '../context.ts';
import { askUsername } from '../credentials.ts';
import { lastLogin } from '../last-login.ts';
import { prove } from './prove.ts';
import { offerRenewal } from './renew.ts';
import { report } from './report.ts';
import { passSecondFactor } from './second-factor.ts';

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
