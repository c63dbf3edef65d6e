import { askFactor } from '../codes.ts';
import type { Context } from '../context.ts';
import { signedIn } from '../sign-in.ts';

export function renewRecoveryCodes(context: Context): Promise<void> {
  return signedIn(context, { asks: true }, async (session) => {
    const codes = await askFactor(context, session, (factor) => session.renewRecoveryCodes(factor));
    await context.ui.newRecoveryCodes(session.username, codes);
  });
}
