/**
 * Codes: HOTP of RFC 4226 §5.3 with the time steps of RFC 6238 §4.
 *
 * {@link computeCode} uses otplib. Verification needs a whole window of codes under one key, and otplib's
 * argument checks at every step cost more than the HMAC. {@link hotpValue} is the same formula without them;
 * tests keep the two equal.
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
/** TotpSecret checks new secrets. Imported ones may be shorter or longer than otplib allows. */
const GUARDRAILS = createGuardrails({ MIN_SECRET_BYTES: 1, MAX_SECRET_BYTES: 2048 });

/** Returns the time step of `time` (Unix seconds): floor(time / period). */
export function stepOf(time: number, { period }: TotpProfile = DEFAULT_PROFILE): number {
  if (!(time >= 0 && time <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`"time" expected Unix seconds, got ${time}`);
  return Math.floor(time / period);
}

/** What codes are computed from. */
export interface CodeSource {
  readonly secret: TotpSecret;
  readonly profile?: TotpProfile | undefined;
}

/** Returns the code that an authenticator app shows at `time` (Unix seconds). */
export function computeCode({
  secret,
  profile = DEFAULT_PROFILE,
  time,
}: CodeSource & { time: number }): string {
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

/**
 * Returns the HOTP value of RFC 4226 §5.3.
 *
 * @throws {RangeError} unless `counter` is 0 to 2^64 − 1
 */
export function computeHotp({
  secret,
  counter,
  algorithm = 'SHA1',
  digits = 6,
}: {
  secret: TotpSecret;
  counter: number | bigint;
  algorithm?: TotpAlgorithm | undefined;
  digits?: TotpDigits | undefined;
}): string {
  checkProfile({ algorithm, digits, period: 1 });
  const exact = BigInt(counter);
  if (exact < 0n || exact > MAX_COUNTER) throw new RangeError('"counter" expected 0 to 2^64 - 1');
  return hotpValue(hmacOf(secret, algorithm), exact, digits).toString().padStart(digits, '0');
}

/** The largest counter that fits into 8 bytes. */
export const MAX_COUNTER = 2n ** 64n - 1n;

const COUNTER = new Uint8Array(8);
const COUNTER_VIEW = new DataView(COUNTER.buffer);

/** HOTP(K, C) = Truncate(HMAC(K, C)) mod 10^digits, as a number. */
export function hotpValue(hmac: KeyedHmac, counter: number | bigint, digits: TotpDigits): number {
  return truncatedHmac(hmac, counter) % 10 ** digits;
}

/** Truncate(HMAC(K, C)): 31 bits. */
export function truncatedHmac(hmac: KeyedHmac, counter: number | bigint): number {
  COUNTER_VIEW.setBigUint64(0, BigInt(counter));
  return truncate(hmac(COUNTER));
}

/** Dynamic truncation: the 31 bits at the offset given by the last four bits (RFC 4226 §5.3). */
export function truncate(digest: Uint8Array): number {
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return new DataView(digest.buffer, digest.byteOffset).getUint32(offset) & 0x7fff_ffff;
}

/**
 * Reduces a typed code to its digits: removes spaces and dashes, and requires exactly `digits` ASCII digits.
 * Returns `undefined` for anything else, including full-width digits and values that are not strings.
 */
export function parseCode(input: unknown, digits: number): string | undefined {
  if (typeof input !== 'string' || input.length > 64) return undefined;
  const bare = input.replace(/[\s\-\u2010-\u2015\u2212]/gu, '');
  return bare.length === digits && /^[0-9]+$/.test(bare) ? bare : undefined;
}
