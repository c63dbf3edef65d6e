import {
  diagnoseCode,
  formatOtpauth,
  parseCode,
  type TotpProfile,
  TotpSecret,
  verifyCode,
} from '@countersign/totp-core';
import { type TotpState, toText } from '../accounts/account.ts';
import type { Enrolment, MessageOf } from './phase.ts';
import { type Services, secondsNow } from './services.ts';

const ENROLMENT_SECONDS = 10 * 60;

/** A fresh secret to be confirmed within ten minutes; `before` is what it takes the place of. */
export function beginEnrolment(services: Services, before?: Enrolment): Enrolment {
  return {
    secret: TotpSecret.generate({ randomBytes: services.randomBytes }),
    earlier: before ? [...before.earlier, before.secret] : [],
    wrong: before?.wrong ?? 0,
    expiresAt: secondsNow(services) + ENROLMENT_SECONDS,
  };
}

/** What the user's authenticator app is given to scan. */
export function otpauthOf(services: Services, enrolment: Enrolment, username: string): string {
  const { issuer, profile } = services;
  return formatOtpauth({ issuer, account: username, secret: enrolment.secret, profile: profile.totp });
}

export type Confirmation =
  | { readonly kind: 'confirmed'; readonly totp: TotpState }
  | { readonly kind: 'expired' }
  | {
      readonly kind: 'rejected';
      readonly enrolment: Enrolment;
      readonly message: MessageOf<'factor.rejected'>;
    };

/** Judges the first code of a new secret; the step of a right one is consumed with it. */
export function confirmEnrolment(services: Services, enrolment: Enrolment, input: string): Confirmation {
  const time = secondsNow(services);
  if (time >= enrolment.expiresAt) return { kind: 'expired' };
  const profile = services.profile.totp;
  const { secret } = enrolment;
  const code = parseCode(input, profile.digits);
  const result =
    code === undefined
      ? ({ ok: false, reason: 'malformed' } as const)
      : verifyCode({ secret, profile, code, time });
  if (result.ok) {
    const { algorithm, digits, period } = profile;
    const totp = {
      secret: toText(secret.bytes),
      algorithm,
      digits,
      period,
      lastStep: result.step,
      weak: false,
    };
    return { kind: 'confirmed', totp };
  }
  const wrong = enrolment.wrong + 1;
  const attemptsLeft = Math.max(0, services.limits.code.perConnection - wrong);
  const hint = code === undefined ? undefined : hintFor(enrolment, profile, code, time);
  return {
    kind: 'rejected',
    enrolment: { ...enrolment, wrong },
    message: {
      type: 'factor.rejected',
      reason: result.reason,
      ...(hint === undefined ? {} : { hint }),
      attemptsLeft,
    },
  };
}

/** What usually goes wrong, tried against the new secret alone: said at enrolment, never at login. */
function hintFor(
  enrolment: Enrolment,
  profile: TotpProfile,
  code: string,
  time: number,
): MessageOf<'factor.rejected'>['hint'] {
  const { secret, earlier } = enrolment;
  return diagnoseCode({ secret, profile, code, time, earlierSecrets: earlier });
}
