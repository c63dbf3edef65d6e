import { ASK, askFactor } from '../codes.ts';
import type { Entry } from '../command.ts';
import { stretching } from '../connection.ts';
import type { Context } from '../context.ts';
import { askNewPassword, NEW_PASSWORD, PASSWORD_AGAIN } from '../credentials.ts';
import { forgetRevoked } from '../kept.ts';
import { printResult } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';
import { resetPassword } from './password-reset.ts';

interface PasswordOptions {
  /** A file; `true`: from a prompt or standard input. */
  readonly reset?: string | true;
}

export const password: Entry = {
  about: 'change the password, or set a new one after an administrator has reset it',
  takes: (command) =>
    command.option('--reset [file]', 'with the code of a reset: from a prompt, standard input, or a file'),
  run: (context, { reset }: PasswordOptions) =>
    reset === undefined ? changePassword(context) : resetPassword(context, reset === true ? '-' : reset),
  examples: { 'ask for everything': '', 'with the code of a reset': '--reset' },
};

function changePassword(context: Context): Promise<void> {
  const questions = [NEW_PASSWORD, PASSWORD_AGAIN, ASK.nextCode];
  return signedIn(context, { questions }, async (session) => {
    const password = await askNewPassword(context, NEW_PASSWORD);
    // Before the code is asked for, which is valid for 30 seconds: stretching takes some of them.
    const credential = await stretching(context, () => session.prepareCredential(password));
    await askFactor(context, session, (factor) => session.changePassword(credential, factor));
    const { username } = session;
    await printResult(context, { event: 'password_changed', username }, 'Password changed.');
    await forgetRevoked(context, username);
  });
}
