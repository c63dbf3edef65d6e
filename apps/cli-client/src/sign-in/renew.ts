/** The last step of a login: an imported password can be renewed, which takes another code. */
import type { AccountSession } from '@countersign/auth-client';
import { askYesOrNo, asSentence, note, warn } from '@countersign/terminal';
import { askFactor } from '../codes.ts';
import { stretching } from '../connection.ts';
import { type Context, callThere } from '../context.ts';
import { isClientError } from '../explain.ts';

/** Offers to renew it. If that is declined or fails, the old form still logs in, and the next login offers it again. */
export async function offerRenewal(
  context: Context,
  session: AccountSession,
  password: string,
): Promise<void> {
  const { io, prompts } = context;
  if (!session.advice.includes('upgrade_credential')) return;
  const { checkNewPassword } = await import('@countersign/auth-client');
  try {
    checkNewPassword(password);
    if (session.advice.includes('replace_totp')) return; // the authenticator comes first
    if (!io.isTerminal)
      return note(
        io,
        `Your password is stored in an old form. Renew it with ${callThere(context, 'password')}.`,
      );
    const question = 'Your password is stored in an old form. Renew it now, with the next code?';
    if (!(await askYesOrNo(io, prompts, question))) return;
    const credential = await stretching(context, () => session.prepareCredential(password));
    await askFactor(context, session, (factor) => session.upgradeCredential(credential, factor));
  } catch (error) {
    if (!isClientError(error)) throw error;
    if (error.code === 'bad_password')
      warn(
        io,
        `Your password stays in its old form, because it does not meet today's rules: ${asSentence(error.message)} Change it with ${callThere(context, 'password')}.`,
      );
  }
}
