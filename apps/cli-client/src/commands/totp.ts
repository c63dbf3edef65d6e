import type { AccountSession, Enrolment } from '@countersign/auth-client';
import type { Command } from 'commander';
import { ASK, askFactor } from '../codes.ts';
import type { Context, Doing } from '../context.ts';
import { enrol } from '../enrol.ts';
import { forgetRevoked } from '../kept.ts';
import { printResult } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';

export function addTotp(program: Command, doing: Doing): void {
  const totp = program.command('totp').description('the authenticator of the account');
  totp
    .command('replace')
    .description('move to another authenticator app or device')
    .action(() => doing(replaceTotp));
}

function replaceTotp(context: Context): Promise<void> {
  return signedIn(context, { questions: [ASK.nextCode, ASK.firstCode] }, async (session) => {
    // A login by recovery code is enough; after one by code another code is asked for.
    const begun = session.advice.includes('replace_totp') ? await session.replaceTotp() : undefined;
    const enrolment = begun?.ok
      ? begun.result
      : await askFactor(context, session, (factor) => session.replaceTotp(factor), { isLast: false });
    await confirmReplacement(context, session, enrolment);
  });
}

/** Shows the new authenticator's key, and replaces the old one after the first code of the new one. */
export async function confirmReplacement(
  context: Context,
  { username }: AccountSession,
  enrolment: Enrolment<void>,
): Promise<void> {
  await enrol(context, username, enrolment);
  const text = 'Authenticator replaced. Remove the old entry from your app.';
  await printResult(context, { event: 'totp_replaced', username }, text);
  await forgetRevoked(context, username);
}
