/** A new TOTP secret: shown as QR code and key, and confirmed by its first code. */
import type { Enrolment } from '@countersign/auth-client';
import { askCode } from './codes.ts';
import type { Context } from './context.ts';
import { parsePictureFile } from './options.ts';
import { showQr } from './qr.ts';
import { ASK } from './ui/questions.ts';

/** What the confirmed enrolment gives. */
export async function enrol<T>(context: Context, username: string, enrolment: Enrolment<T>): Promise<T> {
  const { otpauth, key, profile } = enrolment;
  // Nothing can answer before the key is seen.
  await context.prompts.done();
  await context.ui.enrolment(username, enrolment);
  const { groupKey } = await import('@countersign/totp-core');
  await context.ui.key(groupKey(key), profile);
  await showQr(context, otpauth, context.options.qr);

  /** Enter alone draws the code again, as after the window was made larger; `png:FILE` saves it. */
  const wish = async (typed: string) => {
    const picture = parsePictureFile(typed.trim());
    if (picture) await showQr(context, otpauth, picture);
    else if (typed.trim() === '') await showQr(context, otpauth, { kind: 'terminal' });
    else return false;
    return true;
  };
  const question = { message: ASK.firstCode, kinds: ['totp'], isLast: true } as const;
  return askCode(context, context.io.isTerminal ? { ...question, wish } : question, ({ code }) =>
    enrolment.confirm(code),
  );
}
