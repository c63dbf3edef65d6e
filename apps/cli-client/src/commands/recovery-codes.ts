import type { Context } from '../context.ts';
import { signedIn } from '../sign-in.ts';

export function renewRecoveryCodes(context: Context): Promise<void> {
  return signedIn(context, {}, async (session) => {
    await context.ui.newRecoveryCodes(session.username, await session.renewRecoveryCodes());
  });
}
