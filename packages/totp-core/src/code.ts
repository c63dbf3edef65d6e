/**
 * Codes: HOTP of RFC 4226 §5.3 over the time steps of RFC 6238 §4.
 *
 * {@link computeCode} is otplib's. Verification needs a whole window of codes under one key, for which otplib's checks
 * of its arguments, repeated at every step, cost more than the HMAC; {@link hotpCode} is the same formula without them,
 * and the tests hold the two equal.
 */
import { createGuardrails, generateSync, type HashAlgorithm } from 'otplib';
import type { KeyedHmac } from './keyed-hmac.ts';
import {
  checkProfile,
  DEFAULT_PROFILE,
  type TotpAlgorithm,
  type TotpDigits,
  type TotpProfile,
} from './profile.ts';
import { hmacOf, type TotpSecret } from './secret.ts';

const OTPLIB_NAMES: Record<TotpAlgorithm, HashAlgorithm> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
};
/** The floor for new secrets is TotpSecret's; imported ones may be shorter or longer than otplib would like. */
const GUARDRAILS = createGuardrails({ MIN_SECRET_BYTES: 1, MAX_SECRET_BYTES: 2048 });

/** The time step that `time` (Unix seconds) lies in: floor(time / period). */
export function stepOf(time: number, { period }: TotpProfile = DEFAULT_PROFILE): number {
  if (!Number.isFinite(time) || time < 0) throw new RangeError(`"time" expected Unix seconds, got ${time}`);
  return Math.floor(time / period);
}

/** The code that an authenticator app shows at `time` (Unix seconds). */
export function computeCode({
  secret,
  profile = DEFAULT_PROFILE,
  time,
}: {
  secret: TotpSecret;
  profile?: TotpProfile;
  time: number;
}): string {
  checkProfile(profile);
  return generateSync({
    strategy: 'hotp',
    secret: secret.bytes,
    counter: stepOf(time, profile),
    algorithm: OTPLIB_NAMES[profile.algorithm],
    digits: profile.digits,
    guardrails: GUARDRAILS,
  });
}

/** The HOTP value of RFC 4226 for any counter of 8 bytes. */
export function computeHotp({
  secret,
  counter,
  algorithm = 'SHA1',
  digits = 6,
}: {
  secret: TotpSecret;
  counter: number | bigint;
  algorithm?: TotpAlgorithm;
  digits?: TotpDigits;
}): string {
  checkProfile({ algorithm, digits, period: 1 });
  return hotpCode(hmacOf(secret, algorithm), BigInt(counter), digits);
}

const COUNTER = new Uint8Array(8);
const COUNTER_VIEW = new DataView(COUNTER.buffer);

/** HOTP(K, C) = Truncate(HMAC(K, C)) as decimal digits, left-padded. */
export function hotpCode(hmac: KeyedHmac, counter: number | bigint, digits: TotpDigits): string {
  if (typeof counter === 'bigint') COUNTER_VIEW.setBigUint64(0, counter);
  else {
    // Time steps pass 32 bits beyond 2038 when the period is 1 s (RFC 6238 §4.2).
    COUNTER_VIEW.setUint32(0, Math.floor(counter / 0x1_0000_0000));
    COUNTER_VIEW.setUint32(4, counter % 0x1_0000_0000);
  }
  return (truncate(hmac(COUNTER)) % 10 ** digits).toString().padStart(digits, '0');
}

/** Dynamic truncation: the 31 bits at the offset that the last four bits name (RFC 4226 §5.3). */
export function truncate(digest: Uint8Array): number {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return view.getUint32(view.getUint8(digest.length - 1) & 0xf) & 0x7fff_ffff;
}

/**
 * A code as typed, reduced to its digits: spaces and dashes are dropped, then exactly `digits` ASCII digits must be
 * left. Anything else at all, full-width digits and values that are no strings included, gives `undefined`.
 */
export function parseCode(input: unknown, digits: number): string | undefined {
  if (typeof input !== 'string' || input.length > 64) return undefined;
  const bare = input.replace(/[\s\-\u2010-\u2015\u2212]/gu, '');
  return bare.length === digits && /^[0-9]+$/.test(bare) ? bare : undefined;
}
