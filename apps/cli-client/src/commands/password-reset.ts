/**
 * `password --reset`, after an administrator has reset the password:
 *
 * 1. the code, which names server, pin and user: shown before anything is asked
 * 2. a connection on which the code is proven, so that one that is no longer valid is noticed before a password is typed
 * 3. the new password, twice, and a second factor, which set it. A login follows
 */
import type { PendingReset } from '@countersign/auth-client';
import { EXIT, note, problem, sentence } from '@countersign/terminal';
import { ASK, askCode, type CodeQuestion, linesLeft, whenAccepted } from '../codes.ts';
import { connecting, openClient, stretching } from '../connection.ts';
import { type Context, callThere, misuse } from '../context.ts';
import { askFirstPassword, isPasswordAsked, NEW_PASSWORD, PASSWORD_AGAIN } from '../credentials.ts';
import { codeOf } from '../explain.ts';
import { accept, readInvitation } from '../invitation.ts';
import { forgetRevoked } from '../kept.ts';
import { printResult } from '../result.ts';

/** @param file where the code is; `-` is a prompt or standard input */
export async function resetPassword(context: Context, file: string): Promise<void> {
  const { io, prompts } = context;
  const code = await readInvitation(context, file, 'Reset code');
  if (!code) throw misuse('bad_input', 'No code was given. Nothing was sent.');
  accept(context, code, 'code');
  const questions = isPasswordAsked(context) ? [NEW_PASSWORD, PASSWORD_AGAIN, ASK.code] : [ASK.code];
  await prompts.done(linesLeft(context, questions));
  const client = await openClient(context);
  const pending = await refusedInWords(() => connecting(context, () => client.resetPassword(code)));
  const { username } = pending;
  try {
    const password = await askFirstPassword(context, NEW_PASSWORD);
    const credential = await stretching(context, () => pending.prepareCredential(password));
    const question = { ...(await questionFor(context, pending)), isLast: true };
    await refusedInWords(() => askCode(context, question, (factor) => pending.submit(credential, factor)));
  } finally {
    if (!io.signal.aborted) await pending.close();
  }
  const words = sentence`New password set: ${username}`;
  await printResult(context, { event: 'password_reset', username }, words);
  await forgetRevoked(context, username);
  note(io, `Log in with: ${callThere(context, 'login', username)}`);
}

async function questionFor(context: Context, { next }: PendingReset): Promise<CodeQuestion> {
  if (next.kinds.includes('totp')) return whenAccepted(context, next);
  note(
    context.io,
    'Only a recovery code is accepted: one of yours, or the one that the administrator gave you.',
  );
  return { message: ASK.recoveryCode, kinds: next.kinds };
}

async function refusedInWords<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'authentication_failed' && code !== 'session_stale') throw error;
    const message =
      'The code has been used, replaced or revoked, or has expired. Ask the administrator for a new one.';
    throw problem(code, EXIT.refused, message, undefined, error);
  }
}
