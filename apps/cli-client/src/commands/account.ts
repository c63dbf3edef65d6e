import { askFactor } from '../codes.ts';
import type { Context } from '../context.ts';
import { signedIn } from '../sign-in.ts';
import { removalNotConfirmed } from '../ui/endings.ts';
import { ASK } from '../ui/questions.ts';

export function accountShow(context: Context): Promise<void> {
  return signedIn(context, {}, async (session) => context.ui.account(await session.show()));
}

export function accountRemove(context: Context): Promise<void> {
  const { prompts, ui } = context;
  return signedIn(context, { asks: true }, async (session) => {
    const { username } = session;
    const confirmed = await prompts.confirmTyped({ message: ASK.removal(username), expected: username });
    if (!confirmed) throw removalNotConfirmed();
    await askFactor(context, session, (factor) => session.remove(factor));
    await ui.accountRemoved(username);
  });
}
