import type { AccountSession, Enrolment, Factor } from '@countersign/auth-client';
import { type Answer, askFactor } from '../codes.ts';
import type { Context } from '../context.ts';
import { enrol } from '../enrol.ts';
import { signedIn } from '../sign-in.ts';

export function replaceTotp(context: Context): Promise<void> {
  return signedIn(context, { asks: true }, async (session) => {
    const enrolment = await beginReplacement(context, session);
    await enrol(context, session.username, enrolment);
    await context.ui.totpReplaced(session.username);
  });
}

/** A login by recovery code is enough; after one by code the next code is asked for, or a recovery code. */
async function beginReplacement(context: Context, session: AccountSession): Promise<Enrolment<void>> {
  const begin = async (factor?: Factor): Promise<Answer<Enrolment<void>>> => {
    const answer = await session.replaceTotp(factor);
    return 'ok' in answer ? answer : { ok: true, result: answer };
  };
  if (session.advice.includes('replace_totp')) {
    const begun = await begin();
    if (begun.ok) return begun.result;
  }
  return askFactor(context, session, begin, { isLast: false });
}
