/**
 * A new authenticator for an account: on an authenticated connection, or, after the administrator's reset, as the
 * second half of a login. The old secret works until the new one is confirmed, and a recovery code is spent only
 * then, so that a torn connection locks nobody out.
 */
import type { TotpState } from '../accounts/account.ts';
import { eventOf, withOwn } from './account-commands.ts';
import { beginEnrolment, confirmEnrolment, shown } from './enrolment.ts';
import { payFor, rejectFactor } from './factor.ts';
import { completeLogin, loginOf } from './login.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import type { Services } from './services.ts';

export async function replaceTotp(
  context: Context,
  session: PhaseAt<'authenticated' | 'replacement'>,
  { factor }: MessageOf<'totp.replace'>,
): Promise<Step> {
  const { services } = context;
  let { recoveryCode } = session;
  if (factor) {
    recoveryCode = undefined;
    const refused = await payFor(context, session, factor, async (payment) => {
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
    notAfter: context.connectionEnd(),
  });
  if (!enrolment) return refuse('expired');
  const next = { ...session, at: 'replacement', mayReplaceTotp: true, recoveryCode, enrolment } as const;
  return answer(next, { type: 'totp.replacing', ...shown(enrolment) });
}

export async function confirmReplacement(
  { services }: Context,
  session: PhaseAt<'replacement'>,
  message: MessageOf<'totp.confirm'>,
): Promise<Step> {
  return confirm(services, session, message, async (totp) => {
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
  context: Context,
  phase: PhaseAt<'proven' | 'reset'>,
  { factor }: MessageOf<'totp.replace'>,
): Promise<Step> {
  const { services } = context;
  const { standing, account } = phase.proven;
  if (!account.totpReset) return refuse('protocol');
  let { recoveryCode } = phase;
  if (factor) {
    if (factor.kind === 'totp') return rejectFactor(context, phase, 'wrong');
    const refused = await payFor(context, phase, factor, async (payment) => {
      if (payment.kind === 'totp') return 'wrong';
      recoveryCode = payment.code;
      return (await services.accounts.hasRecovery(standing, payment.code)) ? 'done' : 'wrong';
    });
    if (refused) return refused;
  }
  if (recoveryCode === undefined) return refuse('protocol');
  const enrolment = beginEnrolment(services, standing.username, {
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
  const { services } = context;
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
    return completeLogin(context, proven, { standing, by: 'reset' });
  });
}

async function confirm(
  services: Services,
  phase: PhaseAt<'reset' | 'replacement'>,
  message: MessageOf<'totp.confirm'>,
  confirmed: (totp: TotpState) => Promise<Step>,
): Promise<Step> {
  const confirmation = confirmEnrolment(services, phase.enrolment, message.code);
  if (confirmation.kind === 'expired') return refuse('expired');
  if (confirmation.kind === 'confirmed') return confirmed(confirmation.totp);
  const { message: rejection } = confirmation;
  return answer(rejection.attemptsLeft === 0 ? CLOSED : phase, rejection);
}
