/**
 * Finds out why a first code is wrong. Only for enrolment, where the secret is new and protects nothing yet.
 * Never use it at login or with a secret in use: it tries hundreds of codes and reports what it found.
 *
 * 1. Common mistakes of apps: parameters ignored, an earlier QR code scanned, the secret read as text. All at
 *    the current time, plus or minus one step.
 * 2. A clock that is off by up to two hours, nearest first.
 *
 * 480 steps and a few dozen other codes are tried. A random wrong code of 6 digits matches one of them 6
 * times in 10,000.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { groupKey } from './base32.ts';
import { type CodeSource, hotpValue, parseCode, stepOf } from './code.ts';
import {
  ALGORITHMS,
  checkProfile,
  DEFAULT_PROFILE,
  DIGITS,
  type TotpAlgorithm,
  type TotpDigits,
  type TotpProfile,
} from './profile.ts';
import { hmacOf, TotpSecret } from './secret.ts';

/**
 * - `clock`: the code is valid `offsetSeconds` from now (negative: the device is behind)
 * - `algorithm`, `digits`, `period`: the app uses this value instead of the profile's
 * - `secret_as_text`: the letters of the key were used as the key
 * - `earlier_qr`: the code belongs to an earlier secret of the same enrolment
 */
export type Diagnosis =
  | { cause: 'clock'; offsetSeconds: number }
  | { cause: 'algorithm'; algorithm: TotpAlgorithm }
  | { cause: 'digits'; digits: TotpDigits }
  | { cause: 'period'; period: number }
  | { cause: 'secret_as_text' }
  | { cause: 'earlier_qr' }
  | { cause: 'unknown' };

/** The possible causes of a wrong code. */
export type DiagnosisCause = Diagnosis['cause'];

/** How far clock errors are searched: two hours each way. */
const CLOCK_SECONDS = 7200;

/**
 * Finds out why `code` was wrong at `time` (Unix seconds). Never throws, whatever `code` is.
 *
 * @param options `earlierSecrets`: those that the same enrolment showed before
 */
export function diagnoseCode({
  secret,
  profile = DEFAULT_PROFILE,
  code,
  time,
  earlierSecrets = [],
}: CodeSource & {
  code: unknown;
  time: number;
  earlierSecrets?: readonly TotpSecret[] | undefined;
}): Diagnosis {
  checkProfile(profile);
  const typed = readCode(code);
  if (typed === undefined) return { cause: 'unknown' };
  const isRight = (candidate: TotpSecret, by: TotpProfile, step: number) =>
    by.digits === typed.digits &&
    step >= 0 &&
    hotpValue(hmacOf(candidate, by.algorithm), step, by.digits) === typed.value;
  const isRightNow = (candidate: TotpSecret, by: TotpProfile) =>
    [-1, 0, 1].some((offset) => isRight(candidate, by, stepOf(time, by) + offset));

  for (const { algorithm, period } of waysOfApps(profile)) {
    if (!isRightNow(secret, { algorithm, digits: typed.digits, period })) continue;
    if (algorithm !== profile.algorithm) return { cause: 'algorithm', algorithm };
    if (typed.digits !== profile.digits) return { cause: 'digits', digits: typed.digits };
    if (period !== profile.period) return { cause: 'period', period };
  }
  if (earlierSecrets.some((earlier) => isRightNow(earlier, profile))) return { cause: 'earlier_qr' };
  if (readAsText(secret).some((misread) => isRightNow(misread, profile))) return { cause: 'secret_as_text' };

  const present = stepOf(time, profile);
  for (let offset = 1; offset <= Math.ceil(CLOCK_SECONDS / profile.period); offset++)
    for (const signed of [-offset, offset])
      if (isRight(secret, profile, present + signed))
        return { cause: 'clock', offsetSeconds: signed * profile.period };
  return { cause: 'unknown' };
}

function readCode(code: unknown): { digits: TotpDigits; value: number } | undefined {
  for (const digits of DIGITS) {
    const typed = parseCode(code, digits);
    if (typed !== undefined) return { digits, value: Number(typed) };
  }
  return undefined;
}

/** What an app may compute with: first the profile itself, then with parameters ignored or set by hand. */
function waysOfApps({ algorithm, period }: TotpProfile): Pick<TotpProfile, 'algorithm' | 'period'>[] {
  const algorithms = [...new Set([algorithm, ...ALGORITHMS])];
  const periods = [...new Set([period, DEFAULT_PROFILE.period])];
  return algorithms.flatMap((one) => periods.map((other) => ({ algorithm: one, period: other })));
}

/** The secrets that result from using the printed key as the secret itself. */
function readAsText(secret: TotpSecret): TotpSecret[] {
  const key = secret.toBase32();
  return [key, key.toLowerCase(), groupKey(key)].map((text) =>
    TotpSecret.fromBytes(utf8ToBytes(text), { imported: true }),
  );
}
