import type { AccountSession } from '@countersign/auth-client';
import { askYesOrNo } from '@countersign/terminal';
import type { Context } from '../context.ts';
import { enrol } from '../enrol.ts';
import { signedIn } from '../sign-in.ts';
import { ASK } from '../ui/questions.ts';

export function login(context: Context, name?: string): Promise<void> {
  return signedIn(context, { name, forItself: true }, async (session) => {
    if (session.advice.includes('replace_totp')) await offerReplacement(context, session);
  });
}

/** Whoever came in by a recovery code has probably lost the authenticator: only a person can be asked. */
async function offerReplacement(context: Context, session: AccountSession): Promise<void> {
  const { io, prompts, ui } = context;
  const now = io.isTerminal && (await askYesOrNo(io, prompts, ASK.replaceNow));
  if (!now) return ui.replaceLater();
  const enrolment = await session.replaceTotp();
  if ('ok' in enrolment) return ui.replaceLater();
  await enrol(context, session.username, enrolment);
  await ui.totpReplaced(session.username);
}
