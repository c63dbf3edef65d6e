import { confirm } from '@countersign/terminal';
import { askFactor } from '../codes.ts';
import type { Context } from '../context.ts';
import { signedIn } from '../sign-in.ts';
import { ASK } from '../ui/questions.ts';

export function accountShow(context: Context): Promise<void> {
  return signedIn(context, {}, async (session) => context.ui.account(await session.show()));
}

export function accountRemove(context: Context): Promise<void> {
  const { io, prompts, ui } = context;
  return signedIn(context, { asks: true }, async (session) => {
    const { username } = session;
    await confirm(io, prompts, { message: ASK.removal(username), expected: username, more: true });
    await askFactor(context, session, (factor) => session.remove(factor));
    await ui.accountRemoved(username);
  });
}
