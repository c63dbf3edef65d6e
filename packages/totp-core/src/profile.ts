/**
 * How codes are computed from a secret: hash, length of the code, length of a time step (RFC 6238 §1.2, §4).
 */

/** The hash function of a profile. */
export type TotpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512';
/** The length of a code. */
export type TotpDigits = 6 | 7 | 8;

/** The parameters of codes, besides the secret. */
export interface TotpProfile {
  readonly algorithm: TotpAlgorithm;
  readonly digits: TotpDigits;
  /** Length of a time step in seconds. */
  readonly period: number;
}

export const ALGORITHMS: readonly TotpAlgorithm[] = ['SHA1', 'SHA256', 'SHA512'];
export const DIGITS: readonly TotpDigits[] = [6, 7, 8];

/** SHA1, 6 digits, 30 s: the only combination that every authenticator app honours. */
export const DEFAULT_PROFILE: TotpProfile = Object.freeze({ algorithm: 'SHA1', digits: 6, period: 30 });

/**
 * Checks that codes can be computed with a profile.
 *
 * @throws {RangeError} otherwise
 */
export function checkProfile({ algorithm, digits, period }: TotpProfile): void {
  if (!ALGORITHMS.includes(algorithm)) throw new RangeError('"algorithm" expected SHA1, SHA256 or SHA512');
  if (!DIGITS.includes(digits)) throw new RangeError('"digits" expected 6, 7 or 8');
  if (!Number.isSafeInteger(period) || period < 1)
    throw new RangeError(`"period" expected whole seconds from 1, got ${period}`);
}
