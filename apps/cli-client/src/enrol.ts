/** A new authenticator: its key is shown as text and QR code, and its first code confirms it. */
import type { Enrolment } from '@countersign/auth-client';
import { note, printJson, printLine, warn } from '@countersign/terminal';
import { ASK, askCode } from './codes.ts';
import type { Context } from './context.ts';
import { parsePictureFile, showQr } from './qr.ts';

/** @returns the result of the confirmed enrolment */
export async function enrol<T>(context: Context, username: string, enrolment: Enrolment<T>): Promise<T> {
  const { io, prompts, options } = context;
  const { otpauth, key, profile } = enrolment;
  // A line that is here already cannot be the first code: the key has not been shown.
  await prompts.done();
  if (options.json) await printJson(io, { event: 'enrolment', username, secret: key, otpauth });
  note(io, 'Add the account to your authenticator app: scan the QR code, or type the key.');
  const { compatibilityWarnings, groupKey } = await import('@countersign/totp-core');
  const line = `Key: ${groupKey(key)}`;
  if (io.isTerminal) note(io, line);
  else if (!options.json) await printLine(io, line);
  const { algorithm, digits, period } = profile;
  note(io, `(time based, ${algorithm}, ${digits} digits, a new code every ${period} seconds)`);
  const apps = new Set(compatibilityWarnings(profile).map(({ app }) => app));
  if (apps.size > 0) warn(io, `These apps will show wrong codes for this account: ${[...apps].join('; ')}.`);
  await showQr(io, otpauth, options.qr ?? { kind: io.isTerminal ? 'terminal' : 'none' });

  /** On a terminal, `png:FILE` saves the QR code, and Enter alone draws it again, as after the window was enlarged. */
  const onTyped = async (typed: string) => {
    const target = typed === '' ? ({ kind: 'terminal' } as const) : parsePictureFile(typed);
    if (!io.isTerminal || !target) return false;
    await showQr(io, otpauth, target);
    return true;
  };
  const question = { message: ASK.firstCode, kinds: ['totp'], isLast: true, onTyped } as const;
  return askCode(context, question, ({ code }) => enrolment.confirm(code));
}
