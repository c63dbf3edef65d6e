/**
 * A new authenticator for an account: when logged in or, after the administrator's reset, as the second half of a login.
 * The old secret works until the new one is confirmed, and a recovery code is spent only then, so that a lost connection
 * locks no one out.
 */
import type { Account, TotpState } from '../accounts/account.ts';
import { withLogin, withProofs } from '../accounts/account.ts';
import { standingOf } from '../accounts/standing.ts';
import type { AuditEvent } from '../audit/event.ts';
import { eventOf, withOwn } from './account-commands.ts';
import { refusalOf } from './admission.ts';
import { rejectCode, submitCode } from './codes.ts';
import { beginEnrolment, confirmEnrolment, shown } from './enrolment.ts';
import { completeLogin, loginOf } from './login.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';

export async function replaceTotp(
  context: Context,
  session: PhaseAt<'authenticated' | 'replacement'>,
  { factor }: MessageOf<'totp.replace'>,
): Promise<Step> {
  let { recoveryCode } = session;
  if (factor) {
    const isKept = factor.kind === 'recovery';
    const spent = { change: (account: Account) => account, event: eventOf(session, 'factor.spent') };
    const paid = await submitCode(context, session, factor, isKept ? undefined : spent);
    if (!paid.taken) return paid.step;
    recoveryCode = isKept ? paid.code : undefined;
  } else if (!session.mayReplaceTotp) {
    return refuse('protocol');
  }
  const enrolment = beginEnrolment(context.services, session.standing.username, {
    before: session.enrolment,
    notAfter: context.connectionEnd(),
  });
  if (!enrolment) return refuse('expired');
  const next = { ...session, at: 'replacement', mayReplaceTotp: true, recoveryCode, enrolment } as const;
  return answer(next, { type: 'totp.replacing', ...shown(enrolment) });
}

export async function confirmReplacement(
  context: Context,
  session: PhaseAt<'replacement'>,
  message: MessageOf<'totp.confirm'>,
): Promise<Step> {
  const event = eventOf(session, 'totp.replaced');
  const confirmed = await confirm(context, session, message, async () => ({ event }));
  if ('step' in confirmed) return confirmed.step;
  const next = {
    ...withOwn(session, 'totp'),
    standing: standingOf(confirmed.account),
    mayReplaceTotp: false,
    recoveryCode: undefined,
    enrolment: undefined,
  };
  return answer(next, { type: 'totp.replaced' });
}

/** A reset account, whose password was proven, shows a recovery code and enrols anew. */
export async function replaceTotpAfterReset(
  context: Context,
  phase: PhaseAt<'proven' | 'reset'>,
  { factor }: MessageOf<'totp.replace'>,
): Promise<Step> {
  const { standing, entry } = phase.proven;
  if (!entry.value.totpReset) return refuse('protocol');
  let { recoveryCode } = phase;
  if (factor) {
    if (factor.kind !== 'recovery') return (await rejectCode(context, phase, 'wrong')).step;
    const checked = await submitCode(context, phase, factor);
    if (!checked.taken) return checked.step;
    recoveryCode = checked.code;
  }
  if (recoveryCode === undefined) return refuse('protocol');
  const enrolment = beginEnrolment(context.services, standing.username, {
    before: phase.enrolment,
    notAfter: context.connectionEnd(),
  });
  if (!enrolment) return refuse('expired');
  const next = { ...phase, at: 'reset', enrolment, recoveryCode } as const;
  return answer(next, { type: 'totp.replacing', ...shown(enrolment) });
}

export async function confirmReset(
  context: Context,
  phase: PhaseAt<'reset'>,
  message: MessageOf<'totp.confirm'>,
): Promise<Step> {
  const { proven } = phase;
  const login = loginOf(context.services, proven);
  const { username } = proven.standing;
  const { source } = proven.attempt;
  let refusal: string | undefined;
  const confirmed = await confirm(context, phase, message, async () => {
    refusal = await refusalOf(context, proven.entry.value, 'recovery');
    const replaced = { kind: 'totp.replaced', username, source } as const;
    // The codes were right: a refused login has set up the new authenticator and spent the recovery code.
    if (refusal !== undefined)
      return { event: replaced, complete: (account) => withProofs(account, login.proof) };
    return {
      event: { ...replaced, detail: 'and logged in' },
      complete: (account) => withLogin(account, login),
    };
  });
  if ('step' in confirmed) return confirmed.step;
  if (refusal !== undefined) {
    const event = { kind: 'login.refused', username, source, detail: refusal } as const;
    await context.services.journal.commit([], [event]);
    return refuse('login_refused');
  }
  return completeLogin(context, proven, { account: confirmed.account, failed: 0 }, 'reset');
}

/** Judges the first code of the new secret and, if it is right, replaces the old one and spends the recovery code. */
async function confirm(
  { services }: Context,
  phase: PhaseAt<'reset' | 'replacement'>,
  message: MessageOf<'totp.confirm'>,
  purposeOf: () => Promise<{ readonly event: AuditEvent; readonly complete?: (account: Account) => Account }>,
): Promise<{ readonly account: Account } | { readonly step: Step }> {
  const confirmation = confirmEnrolment(services, phase.enrolment, message.code);
  if (confirmation.kind === 'expired') return { step: refuse('expired') };
  if (confirmation.kind === 'rejected') {
    const { message: rejection } = confirmation;
    return { step: answer(rejection.attemptsLeft === 0 ? CLOSED : phase, rejection) };
  }
  const { recoveryCode } = phase;
  const { event, complete = (account) => account } = await purposeOf();
  const standing = 'proven' in phase ? phase.proven.standing : phase.standing;
  const generation = services.accounts.newGeneration();
  const replaced = (account: Account, totp: TotpState) =>
    complete({ ...account, totp, totpReset: false, generation });
  const changed = await services.accounts.change(standing, (before) => {
    const account =
      recoveryCode === undefined ? before : services.accounts.withoutRecoveryCode(before, recoveryCode);
    return account
      ? { account: replaced(account, confirmation.totp), event }
      : { refused: refuse('session_stale') };
  });
  return 'refused' in changed ? { step: changed.refused } : changed;
}
