/**
 * A new authenticator for an account: on an authenticated connection, or, after the administrator's reset, as the
 * second half of a login. The old secret works until the new one is confirmed, and a recovery code is spent only
 * then, so that a torn connection locks nobody out.
 */
import type { Enrolment } from '@countersign/totp-core';
import type { TotpState } from '../accounts/account.ts';
import { eventOf, withOwn } from './account-commands.ts';
import { beginEnrolment, confirmEnrolment, shown } from './enrolment.ts';
import { payFor, rejectFactor } from './factor.ts';
import { completeLogin, loginOf } from './login.ts';
import { answer, CLOSED, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import type { Services } from './services.ts';

export async function replaceTotp(
  services: Services,
  session: PhaseAt<'authenticated'>,
  { factor }: MessageOf<'totp.replace'>,
  connectionEnd: number,
): Promise<Step> {
  let { recoveryCode } = session;
  if (factor) {
    recoveryCode = undefined;
    const refused = await payFor(services, session, session, factor, async (payment) => {
      if (payment.kind === 'totp')
        return services.accounts.spendStep(session.standing, payment.step, eventOf(session, 'factor.spent'));
      recoveryCode = payment.code;
      return (await services.accounts.hasRecovery(session.standing, payment.code)) ? 'done' : 'wrong';
    });
    if (refused) return refused;
  } else if (!session.mayReplaceTotp) {
    return refuse('protocol');
  }
  const enrolment = beginEnrolment(services, session.standing.username, {
    before: session.enrolment,
    notAfter: connectionEnd,
  });
  if (!enrolment) return refuse('expired');
  const next = { ...session, mayReplaceTotp: true, recoveryCode, enrolment };
  return answer(next, { type: 'totp.replacing', ...shown(enrolment) });
}

export async function confirmReplacement(
  services: Services,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'totp.confirm'>,
): Promise<Step> {
  if (!session.enrolment) return refuse('protocol');
  return confirm(services, { ...session, enrolment: session.enrolment }, message, async (totp) => {
    const { recoveryCode } = session;
    const event = eventOf(session, 'totp.replaced');
    const standing = await services.accounts.replaceTotp(session.standing, totp, { recoveryCode, event });
    if (standing === 'wrong') return refuse('session_stale');
    const next = {
      ...withOwn(session, 'totp'),
      standing,
      mayReplaceTotp: false,
      recoveryCode: undefined,
      enrolment: undefined,
    };
    return answer(next, { type: 'totp.replaced' });
  });
}

/** A reset account, its password proven, shows a recovery code and enrols anew. */
export async function replaceTotpAfterReset(
  services: Services,
  phase: PhaseAt<'factor'> | PhaseAt<'resetting'>,
  { factor }: MessageOf<'totp.replace'>,
  connectionEnd: number,
): Promise<Step> {
  const { proven, wrong, mistyped } = phase;
  const { standing, attempt, account } = proven;
  if (!account.totpReset) return refuse('protocol');
  const before = phase.at === 'resetting' ? phase : undefined;
  let recoveryCode = before?.recoveryCode;
  if (factor) {
    if (factor.kind === 'totp') return rejectFactor(services, phase, 'wrong');
    const holder = { standing, source: attempt.source };
    const refused = await payFor(services, phase, holder, factor, async (payment) => {
      if (payment.kind === 'totp') return 'wrong';
      recoveryCode = payment.code;
      return (await services.accounts.hasRecovery(standing, payment.code)) ? 'done' : 'wrong';
    });
    if (refused) return refused;
  }
  if (recoveryCode === undefined) return refuse('protocol');
  const enrolment = beginEnrolment(services, standing.username, {
    before: before?.enrolment,
    notAfter: connectionEnd,
  });
  if (!enrolment) return refuse('expired');
  return answer(
    { at: 'resetting', proven, wrong, mistyped, enrolment, recoveryCode },
    { type: 'totp.replacing', ...shown(enrolment) },
  );
}

export async function confirmReset(
  services: Services,
  phase: PhaseAt<'resetting'>,
  message: MessageOf<'totp.confirm'>,
): Promise<Step> {
  return confirm(services, phase, message, async (totp) => {
    const { proven, recoveryCode } = phase;
    const { source } = proven.attempt;
    const { username } = proven.standing;
    const standing = await services.accounts.replaceTotp(proven.standing, totp, {
      recoveryCode,
      event: { kind: 'totp.replaced', username, source, detail: 'and logged in' },
      login: loginOf(services, proven),
    });
    if (standing === 'wrong') return refuse('session_stale');
    return completeLogin(services, proven, { standing, by: 'reset' });
  });
}

async function confirm<
  P extends PhaseAt<'resetting'> | (PhaseAt<'authenticated'> & { enrolment: Enrolment }),
>(
  services: Services,
  phase: P,
  message: MessageOf<'totp.confirm'>,
  confirmed: (totp: TotpState) => Promise<Step>,
): Promise<Step> {
  const confirmation = confirmEnrolment(services, phase.enrolment, message.code);
  if (confirmation.kind === 'expired') return refuse('expired');
  if (confirmation.kind === 'confirmed') return confirmed(confirmation.totp);
  const { message: rejection } = confirmation;
  return answer(rejection.attemptsLeft === 0 ? CLOSED : phase, rejection);
}
