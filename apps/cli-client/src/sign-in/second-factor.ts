/** The second step of a login: a code, a recovery code, or after the administrator's reset a new authenticator. */
import type { AccountSession, CodeStep, PendingLogin } from '@countersign/auth-client';
import { countdown, EXIT, note, problem, warn } from '@countersign/terminal';
import { ASK, askCode, type CodeQuestion, codesSlowedDown } from '../codes.ts';
import type { Context } from '../context.ts';
import { enrol } from '../enrol.ts';

const RECOVERY_CODE = { message: ASK.recoveryCode, kinds: ['recovery'] } as const;

/** @param isLast the command asks nothing else */
export async function passSecondFactor(
  context: Context,
  username: string,
  pending: PendingLogin,
  isLast: boolean,
): Promise<AccountSession> {
  const { next } = pending;
  if (next.kind === 'replace_totp') return enrolAfterReset(context, username, pending);
  const question = next.kind === 'code' ? await whenAccepted(context, next) : onlyRecovery(context);
  return askCode(context, { ...question, isLast }, (factor) => pending.submit(factor));
}

function onlyRecovery({ io }: Context): CodeQuestion {
  const locked = 'Codes are locked for this account after too many wrong ones.';
  warn(io, `${locked} A recovery code still opens it.`);
  const todo = 'Ask the administrator to unlock it, or use a recovery code if that is still accepted.';
  return { ...RECOVERY_CODE, unanswered: problem('locked', EXIT.limited, `${locked} ${todo}`) };
}

/** On a terminal the program waits until codes are accepted, or asks for a recovery code if that takes too long. */
export async function whenAccepted(
  { io }: Context,
  { kinds, wait, isTooLong }: CodeStep,
): Promise<CodeQuestion> {
  const question = { message: ASK.code, kinds };
  if (!io.isTerminal || wait === 0) return question;
  if (!isTooLong) {
    const message = (seconds: number) =>
      `Too many wrong codes for this account. The next one is accepted in ${seconds} s …`;
    await countdown(io, { until: io.now() + 1000 * wait, message });
    return question;
  }
  const slowedDown = codesSlowedDown(wait);
  if (!kinds.includes('recovery')) throw slowedDown;
  warn(io, slowedDown.message);
  return { ...RECOVERY_CODE, unanswered: slowedDown };
}

/** The recovery code that the administrator handed out begins a new authenticator, whose first code logs in. */
async function enrolAfterReset(
  context: Context,
  username: string,
  pending: PendingLogin,
): Promise<AccountSession> {
  note(
    context.io,
    'The administrator has reset your authenticator. Type the recovery code you were given, then set up a new one.',
  );
  const enrolment = await askCode(context, RECOVERY_CODE, ({ code }) => pending.replaceTotp(code));
  return enrol(context, username, enrolment);
}
