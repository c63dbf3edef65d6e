import { Enrolment } from '@countersign/totp-core';
import { type TotpState, toText } from '../accounts/account.ts';
import type { MessageOf } from './phase.ts';
import { type Services, secondsNow } from './services.ts';

/** Seconds for the first code of a new secret. */
const LIFETIME = 10 * 60;

/**
 * Returns a new secret, to be confirmed within ten minutes.
 *
 * @param options `before`: an enrolment to continue with another secret, which does not extend it. `notAfter`: the end of
 *   the connection or of the invitation, in Unix seconds
 * @returns `undefined` when the time is over
 */
export function beginEnrolment(
  services: Services,
  username: string,
  { before, notAfter }: { before: Enrolment | undefined; notAfter: number },
): Enrolment | undefined {
  const now = secondsNow(services);
  if (before) {
    if (now >= before.expiresAt) return undefined;
    before.renew();
    return before;
  }
  const lifetime = Math.min(LIFETIME, notAfter - now);
  if (lifetime <= 0) return undefined;
  return new Enrolment({
    issuer: services.issuer,
    account: username,
    profile: services.profile.totp,
    time: now,
    lifetime,
    attempts: services.limits.code.perConnection,
    randomBytes: services.randomBytes,
  });
}

/** Returns what the user's authenticator app scans, and until when its first code is accepted. */
export function shown(enrolment: Enrolment): { otpauth: string; expiresAt: number } {
  return { otpauth: enrolment.reveal().otpauth, expiresAt: enrolment.expiresAt };
}

export type Confirmation =
  | { readonly kind: 'confirmed'; readonly totp: TotpState }
  | { readonly kind: 'expired' }
  | { readonly kind: 'rejected'; readonly message: MessageOf<'factor.rejected'> };

/** Judges the first code of a new secret. The step of a right one counts as used. */
export function confirmEnrolment(services: Services, enrolment: Enrolment, code: string): Confirmation {
  const answer = enrolment.submit({ code, time: secondsNow(services) });
  switch (answer.outcome) {
    case 'confirmed': {
      const { secret, profile, step } = answer;
      const { algorithm, digits, period } = profile;
      const bytes = toText(secret.bytes);
      return {
        kind: 'confirmed',
        totp: { secret: bytes, algorithm, digits, period, lastStep: step, weak: false },
      };
    }
    case 'rejected': {
      const { reason, diagnosis: hint, attemptsLeft } = answer;
      const told = hint.cause === 'unknown' ? undefined : hint;
      return { kind: 'rejected', message: { type: 'factor.rejected', reason, hint: told, attemptsLeft } };
    }
    default:
      return { kind: 'expired' };
  }
}
