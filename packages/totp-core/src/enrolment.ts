/**
 * Enrolment: from a new secret to the first code that proves it was scanned (RFC 4226 §7.4 for the second one).
 *
 *     open ──right code──▶ confirmed
 *       │ └─right code──▶ waiting for the following code ──▶ confirmed      (with `codes: 2`)
 *       ├──last attempt──▶ exhausted
 *       └──expiresAt────▶ expired
 *
 * The secret and the earlier ones live in this object alone and leave with it: nothing is stored, nothing is looked up by
 * name, so that only whoever holds the object, which is the connection that enrols, can learn anything from an answer.
 * A wrong code is diagnosed, which is harmless for a secret that opens nothing yet.
 */
import { groupKey } from './base32.ts';
import { type Diagnosis, diagnoseCode } from './diagnosis.ts';
import { explainDiagnosis } from './explanation.ts';
import { formatOtpauth } from './otpauth-write.ts';
import { DEFAULT_PROFILE, type TotpProfile } from './profile.ts';
import type { RandomBytes } from './random.ts';
import { TotpSecret } from './secret.ts';
import { verifyCode } from './verify.ts';

export interface EnrolmentOptions {
  readonly issuer: string;
  readonly account: string;
  readonly profile?: TotpProfile;
  /** Now, in Unix seconds. */
  readonly time: number;
  /** Seconds until the enrolment expires: 600 by default. */
  readonly lifetime?: number;
  /** Wrong codes that end it: the fifth by default. */
  readonly attempts?: number;
  /** 1, or 2 to ask for the code of the following step as well. */
  readonly codes?: 1 | 2;
  readonly randomBytes?: RandomBytes;
}

/**
 * - `confirmed`: the caller stores `secret`, `profile` and `step`, the last one used, so that no code of the enrolment
 *   works again
 * - `next_code`: right; the code of the following step is wanted
 * - `rejected`: `message` tells the person what to do; only `wrong` costs an attempt
 * - `ended`: nothing can be confirmed any more
 */
export type EnrolmentAnswer =
  | { outcome: 'confirmed'; secret: TotpSecret; profile: TotpProfile; step: number }
  | { outcome: 'next_code' }
  | {
      outcome: 'rejected';
      reason: 'malformed' | 'wrong' | 'used';
      diagnosis: Diagnosis;
      message: string;
      attemptsLeft: number;
    }
  | { outcome: 'ended'; reason: EnrolmentEnd };

export type EnrolmentEnd = 'confirmed' | 'exhausted' | 'expired';

/** Earlier secrets that a wrong code is tried against. */
const REMEMBERED = 8;

export class Enrolment {
  /** Unix seconds from which on no code is taken. */
  readonly expiresAt: number;
  readonly profile: TotpProfile;
  readonly #options: EnrolmentOptions;
  /** The present secret first, then earlier ones; none once the enrolment has ended. */
  #secrets: TotpSecret[];
  #attemptsLeft: number;
  /** The step of a first code that was right, while a second one is wanted. */
  #firstStep: number | undefined;
  #end: EnrolmentEnd | undefined;

  /** Makes the secret. Throws `TotpError` `bad_label` or `too_long` for names that no URI can carry. */
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
    // Names and profile are refused here, before anybody waits for a QR code.
    this.reveal();
  }

  /** Wrong codes that are still allowed, the last of which ends the enrolment. */
  get attemptsLeft(): number {
    return this.#attemptsLeft;
  }

  /** What the app has to be told: the URI for a QR code, and the same key to type. `TypeError` after the end. */
  reveal(): { otpauth: string; key: string } {
    const secret = this.#present();
    const { issuer, account } = this.#options;
    return {
      otpauth: formatOtpauth({ issuer, account, secret, profile: this.profile }),
      key: groupKey(secret.toBase32()),
    };
  }

  /**
   * Replaces the secret, for somebody who wants another QR code. Attempts and expiry stay; a code of the earlier secret
   * is from now on diagnosed as such. `TypeError` after the end.
   */
  renew(): void {
    this.#present();
    this.#secrets = [this.#generate(), ...this.#secrets].slice(0, 1 + REMEMBERED);
    this.#firstStep = undefined;
  }

  /** Judges a code at `time` (Unix seconds). Never throws for anything that `code` can be. */
  submit({ code, time }: { code: unknown; time: number }): EnrolmentAnswer {
    if (this.#end === undefined && time >= this.expiresAt) this.#finish('expired');
    if (this.#end !== undefined) return { outcome: 'ended', reason: this.#end };
    const secret = this.#present();
    const { profile } = this;
    const after = this.#firstStep ?? -1;
    const verification = verifyCode({ secret, profile, code, time, after });
    if (!verification.ok) return this.#reject(code, time, verification.reason);

    const { step } = verification;
    // With a step left out in between the two are not consecutive, and the later one counts as the first.
    const enough = (this.#options.codes ?? 1) === 1 || step - 1 === this.#firstStep;
    if (!enough) {
      this.#firstStep = step;
      return { outcome: 'next_code' };
    }
    this.#finish('confirmed');
    return { outcome: 'confirmed', secret, profile, step };
  }

  #reject(code: unknown, time: number, reason: 'malformed' | 'wrong' | 'used'): EnrolmentAnswer {
    const diagnosis = this.#diagnose(code, time, reason);
    if (reason === 'wrong') this.#attemptsLeft -= 1;
    const attemptsLeft = this.#attemptsLeft;
    if (attemptsLeft === 0) this.#finish('exhausted');
    const known = diagnosis.cause !== 'unknown' || reason === 'wrong';
    const message = known
      ? explainDiagnosis(diagnosis)
      : reason === 'used'
        ? 'This code was taken already. Wait until the app shows the next one, and enter that.'
        : `Enter the ${this.profile.digits} digits that the app shows.`;
    return { outcome: 'rejected', reason, diagnosis, message, attemptsLeft };
  }

  #diagnose(code: unknown, time: number, reason: 'malformed' | 'wrong' | 'used'): Diagnosis {
    if (reason === 'used') return { cause: 'unknown' };
    const [, ...earlierSecrets] = this.#secrets;
    return diagnoseCode({ secret: this.#present(), profile: this.profile, code, time, earlierSecrets });
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
