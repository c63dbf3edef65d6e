/**
 * Why a first code is wrong. Only for enrolment, where the secret is new and nothing is at stake yet: never at login,
 * never with a secret in use, since it tries hundreds of codes and tells what it found.
 *
 * 1. What apps get wrong: parameters ignored, an earlier QR code scanned, the secret read as text. All at the present
 *    time, give or take a step.
 * 2. A clock that is off by up to two hours, nearest first.
 *
 * 480 steps and a few dozen other codes are tried: a random wrong code of 6 digits meets one of them 6 times in 10,000.
 */
import { parseCode } from './code.ts';
import { ALGORITHMS, DEFAULT_PROFILE, DIGITS, type TotpProfile } from './profile.ts';
import { TotpSecret } from './secret.ts';
import { verifyCode } from './verify.ts';

/**
 * - `clock`: the code is right `offsetSeconds` from now (negative: the device is behind)
 * - `algorithm`, `digits`, `period`: the app computes with `app`, and this is the first difference to the profile
 * - `secret_as_text`: the letters of the key were taken as the key
 * - `earlier_qr`: the code belongs to an earlier secret of the same enrolment
 */
export type Diagnosis =
  | { cause: 'clock'; offsetSeconds: number }
  | { cause: 'algorithm' | 'digits' | 'period'; app: TotpProfile }
  | { cause: 'secret_as_text' }
  | { cause: 'earlier_qr' }
  | { cause: 'unknown' };

export type DiagnosisCause = Diagnosis['cause'];

/** How far a clock is searched: two hours each way. */
const CLOCK_SECONDS = 7200;

export function diagnoseCode({
  secret,
  profile = DEFAULT_PROFILE,
  code,
  time,
  earlierSecrets = [],
}: {
  secret: TotpSecret;
  profile?: TotpProfile;
  code: unknown;
  time: number;
  earlierSecrets?: readonly TotpSecret[];
}): Diagnosis {
  const matches = (candidate: TotpSecret, by: TotpProfile) =>
    verifyCode({ secret: candidate, profile: by, code, time }).ok;

  for (const app of profilesOfApps(profile, code)) {
    if (!matches(secret, app)) continue;
    if (app.algorithm !== profile.algorithm) return { cause: 'algorithm', app };
    return { cause: app.digits !== profile.digits ? 'digits' : 'period', app };
  }
  if (earlierSecrets.some((earlier) => matches(earlier, profile))) return { cause: 'earlier_qr' };
  if (asText(secret).some((misread) => matches(misread, profile))) return { cause: 'secret_as_text' };

  const atTime = (at: number) =>
    at >= 0 && verifyCode({ secret, profile, code, time: at, window: { past: 0, future: 0 } }).ok;
  for (let offset = profile.period; offset < CLOCK_SECONDS + profile.period; offset += profile.period)
    for (const offsetSeconds of [-offset, offset])
      if (atTime(time + offsetSeconds)) return { cause: 'clock', offsetSeconds };
  return { cause: 'unknown' };
}

/** Profiles that an app may be using instead, with as many digits as were typed. */
function profilesOfApps(profile: TotpProfile, code: unknown): TotpProfile[] {
  const digits = DIGITS.find((count) => parseCode(code, count) !== undefined);
  if (digits === undefined) return [];
  const periods = [...new Set([profile.period, DEFAULT_PROFILE.period, 60])];
  const algorithms = [...new Set([profile.algorithm, ...ALGORITHMS])];
  return periods
    .flatMap((period) => algorithms.map((algorithm) => ({ algorithm, digits, period })))
    .filter(
      (app) =>
        app.algorithm !== profile.algorithm || app.digits !== profile.digits || app.period !== profile.period,
    );
}

/** The secrets that come of taking the printed key for the secret itself. */
function asText(secret: TotpSecret): TotpSecret[] {
  const key = secret.toBase32();
  return [key, key.toLowerCase()].map((text) =>
    TotpSecret.fromBytes(
      Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      { imported: true },
    ),
  );
}
