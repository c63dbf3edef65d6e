/**
 * Enrolment: from a new secret to the first code that proves it was scanned.
 *
 *     open ──right code──▶ confirmed
 *       ├──last attempt──▶ exhausted
 *       └──expiresAt────▶ expired
 *
 * The current and earlier secrets exist only in this object. Nothing is stored or looked up by name, so only
 * the connection that holds the object can learn anything from an answer. A wrong code is diagnosed, which is
 * harmless for a secret that protects nothing yet.
 */
import { groupKey } from './base32.ts';
import { type Diagnosis, diagnoseCode } from './diagnosis.ts';
import { explainDiagnosis } from './explanation.ts';
import { formatOtpauth } from './otpauth/write.ts';
import { DEFAULT_PROFILE, type TotpProfile } from './profile.ts';
import type { RandomBytes } from './random.ts';
import { TotpSecret } from './secret.ts';
import { verifyCode } from './verify.ts';

/** Options of `new Enrolment`. */
export interface EnrolmentOptions {
  readonly issuer: string;
  readonly account: string;
  readonly profile?: TotpProfile | undefined;
  /** The current time in Unix seconds. */
  readonly time: number;
  /** Seconds until the enrolment expires; default 600. */
  readonly lifetime?: number | undefined;
  /** How many wrong codes end the enrolment; default 5. */
  readonly attempts?: number | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/**
 * - `confirmed`: store `secret`, `profile` and `step`, the last used step, so that no code of the enrolment
 *   works again
 * - `rejected`: `message` tells the user what to do; only `wrong` costs an attempt
 * - `ended`: nothing can be confirmed any more
 */
export type EnrolmentAnswer =
  | { outcome: 'confirmed'; secret: TotpSecret; profile: TotpProfile; step: number }
  | {
      outcome: 'rejected';
      reason: 'malformed' | 'wrong';
      diagnosis: Diagnosis;
      message: string;
      attemptsLeft: number;
    }
  | { outcome: 'ended'; reason: EnrolmentEnd };

/** Why an enrolment accepts no more codes. */
export type EnrolmentEnd = 'confirmed' | 'exhausted' | 'expired';

/** How many earlier secrets a wrong code is tried against. */
const REMEMBERED = 8;

/** One enrolment, from its new secret to the confirming code. */
export class Enrolment {
  /** Unix seconds. No code is accepted from this time on. */
  readonly expiresAt: number;
  readonly profile: TotpProfile;
  readonly #options: EnrolmentOptions;
  /** The current secret first, then earlier ones. Empty once the enrolment has ended. */
  #secrets: TotpSecret[];
  #attemptsLeft: number;
  #end: EnrolmentEnd | undefined;

  /**
   * Generates the secret.
   *
   * @throws {TotpError} bad_label for names that a URI cannot carry
   * @throws {TotpError} too_long
   * @throws {RangeError} for other options out of range
   */
  constructor(options: EnrolmentOptions) {
    const { time, lifetime = 600, attempts = 5, profile = DEFAULT_PROFILE } = options;
    if (!Number.isFinite(time) || time < 0) throw new RangeError(`"time" expected Unix seconds, got ${time}`);
    if (!Number.isFinite(lifetime) || lifetime <= 0)
      throw new RangeError(`"lifetime" expected seconds, got ${lifetime}`);
    if (!Number.isSafeInteger(attempts) || attempts < 1)
      throw new RangeError(`"attempts" expected 1 or more, got ${attempts}`);
    this.expiresAt = time + lifetime;
    this.profile = profile;
    this.#options = options;
    this.#attemptsLeft = attempts;
    this.#secrets = [this.#generate()];
    // Invalid names and profiles are rejected here, before a QR code is requested.
    this.reveal();
  }

  /** How many wrong codes are left; the last one ends the enrolment. */
  get attemptsLeft(): number {
    return this.#attemptsLeft;
  }

  /**
   * Returns what the app needs: the URI for a QR code, and the same key for typing.
   *
   * @throws {TypeError} after the end
   */
  reveal(): { otpauth: string; key: string } {
    const secret = this.#present();
    const { issuer, account } = this.#options;
    return {
      otpauth: formatOtpauth({ issuer, account, secret, profile: this.profile }),
      key: groupKey(secret.toBase32()),
    };
  }

  /**
   * Replaces the secret, for users who need another QR code. Attempts and expiry do not change. Codes of the
   * earlier secret are diagnosed from now on.
   *
   * @throws {TypeError} after the end
   */
  renew(): void {
    this.#present();
    this.#secrets = [this.#generate(), ...this.#secrets].slice(0, 1 + REMEMBERED);
  }

  /** Checks a code at `time` (Unix seconds). Never throws, whatever `code` is. */
  submit({ code, time }: { code: unknown; time: number }): EnrolmentAnswer {
    if (this.#end === undefined && time >= this.expiresAt) this.#finish('expired');
    if (this.#end !== undefined) return { outcome: 'ended', reason: this.#end };
    const secret = this.#present();
    const { profile } = this;
    const verification = verifyCode({ secret, profile, code, time });
    if (!verification.ok)
      return this.#reject(code, time, verification.reason === 'malformed' ? 'malformed' : 'wrong');
    this.#finish('confirmed');
    return { outcome: 'confirmed', secret, profile, step: verification.step };
  }

  #reject(code: unknown, time: number, reason: 'malformed' | 'wrong'): EnrolmentAnswer {
    const [secret = this.#present(), ...earlierSecrets] = this.#secrets;
    const diagnosis = diagnoseCode({ secret, profile: this.profile, code, time, earlierSecrets });
    if (reason === 'wrong') this.#attemptsLeft -= 1;
    const attemptsLeft = this.#attemptsLeft;
    if (attemptsLeft === 0) this.#finish('exhausted');
    const known = diagnosis.cause !== 'unknown' || reason === 'wrong';
    const message = known
      ? explainDiagnosis(diagnosis)
      : `Enter the ${this.profile.digits} digits that the app shows.`;
    return { outcome: 'rejected', reason, diagnosis, message, attemptsLeft };
  }

  #generate(): TotpSecret {
    return TotpSecret.generate({ randomBytes: this.#options.randomBytes });
  }

  #present(): TotpSecret {
    const [secret] = this.#secrets;
    if (secret === undefined) throw new TypeError(`the enrolment has ended: ${this.#end}`);
    return secret;
  }

  #finish(end: EnrolmentEnd): void {
    this.#end = end;
    this.#secrets = [];
  }
}
