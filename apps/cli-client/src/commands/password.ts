import { askFactor } from '../codes.ts';
import { type Context, stretching } from '../context.ts';
import { askNewPassword } from '../credentials.ts';
import { signedIn } from '../sign-in.ts';
import { ASK } from '../ui/questions.ts';

export function changePassword(context: Context): Promise<void> {
  return signedIn(context, { asks: true }, async (session) => {
    const password = await askNewPassword(context, ASK.newPassword);
    // Before the code is asked for: the seconds of stretching would be taken from its 30.
    const credential = await stretching(context, () =>
      session.prepareCredential(password, context.io.signal),
    );
    await askFactor(context, session, (factor) => session.changePassword(credential, factor));
    await context.ui.passwordChanged(session.username);
  });
}
