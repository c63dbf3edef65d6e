import { type Context, stretching } from '../context.ts';
import { askNewPassword } from '../credentials.ts';
import { signedIn } from '../sign-in.ts';
import { ASK } from '../ui/questions.ts';

export function changePassword(context: Context): Promise<void> {
  return signedIn(context, {}, async (session) => {
    const password = await askNewPassword(context, ASK.newPassword);
    await stretching(context, () => session.changePassword(password, context.io.signal));
    await context.ui.passwordChanged(session.username);
  });
}
