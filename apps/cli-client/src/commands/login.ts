import type { AccountSession } from '@countersign/auth-client';
import type { Context } from '../context.ts';
import { enrol } from '../enrol.ts';
import { signedIn } from '../sign-in.ts';
import { ASK } from '../ui/questions.ts';
import { askYesOrNo } from '../yes-or-no.ts';

export function login(context: Context, name?: string): Promise<void> {
  return signedIn(context, { name, forItself: true }, async (session) => {
    if (session.advice.includes('replace_totp')) await offerReplacement(context, session);
  });
}

/** Whoever came in by a recovery code has probably lost the authenticator: only a person can be asked. */
async function offerReplacement(context: Context, session: AccountSession): Promise<void> {
  const { io, ui } = context;
  const now = io.isTerminal && (await askYesOrNo(context, ASK.replaceNow));
  if (!now) return ui.replaceLater();
  const enrolment = await session.replaceTotp();
  if ('ok' in enrolment) return ui.replaceLater();
  await enrol(context, session.username, enrolment);
  await ui.totpReplaced(session.username);
}
