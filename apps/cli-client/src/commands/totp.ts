import type { AccountSession, Enrolment } from '@countersign/auth-client';
import { ASK, askFactor } from '../codes.ts';
import type { Entry } from '../command.ts';
import type { Context } from '../context.ts';
import { enrol } from '../enrol.ts';
import { forgetRevoked } from '../kept.ts';
import { printResult } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';

export const totp: Entry = {
  about: 'the authenticator of the account',
  commands: {
    replace: {
      about: 'move to another authenticator app or device',
      run: replaceTotp,
      examples: { 'the QR code in the terminal': '', 'the QR code in a file': '--qr png:code.png' },
    },
  },
};

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
