/**
 * Serial numbers of certificates: 64 bits, and decimal strings everywhere outside this package, because they
 * exceed the integers of JavaScript numbers.
 *
 * The upper 33 bits are seconds since 2020, the lower 31 are random. One range of a revocation list therefore
 * covers everything issued up to a moment. 0 means "no serial number" (PROTOCOL.certkeys) and is never made.
 */
import { expectInteger, expectString } from '../argument.ts';

/** 2020-01-01T00:00:00Z, in Unix seconds. */
const EPOCH = 1_577_836_800;
const SECONDS_BITS = 33;
const RANDOM_BITS = 31;
const MAX_UINT64 = 2n ** 64n - 1n;
const DECIMAL = /^(?:0|[1-9][0-9]{0,19})$/;

/**
 * Returns a serial number.
 *
 * @param options `time`: Unix seconds, after the first second of 2020; `randomBits`: 0 to 2^31 − 1, such as
 * `randomInt(2 ** 31)` of node:crypto
 */
export function makeSerial({ time, randomBits }: { time: number; randomBits: number }): string {
  expectInteger('randomBits', randomBits, 0, 2 ** RANDOM_BITS - 1);
  return String(firstOf(time) | BigInt(randomBits));
}

/** Returns the last serial number of a second (Unix time), the end of a range that revokes all up to then. */
export function lastSerialOf(time: number): string {
  return String(firstOf(time) | (2n ** BigInt(RANDOM_BITS) - 1n));
}

/** Checks a serial number in decimal, without leading zeros, from `min` to 2^64 − 1. */
export function expectSerial(name: string, serial: string, min = 1n): bigint {
  const value = DECIMAL.test(expectString(name, serial)) ? BigInt(serial) : -1n;
  if (value < min || value > MAX_UINT64)
    throw new RangeError(`"${name}" expected a decimal integer from ${min} to 2^64 - 1`);
  return value;
}

function firstOf(time: number): bigint {
  const seconds = expectInteger('time', time, EPOCH + 1, EPOCH + 2 ** SECONDS_BITS - 1) - EPOCH;
  return BigInt(seconds) << BigInt(RANDOM_BITS);
}
