/**
 * How a dialect encodes its values: as bytes or hex digits, at full length or without leading zeros.
 * Internally every value has its full length; only this file drops and restores zeros.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expectBytes, expectString } from '../argument.ts';
import { SrpError } from '../errors.ts';
import { MAX_SALT_BYTES } from '../verifier.ts';

/** The types of values on the wire. */
export interface WireValues {
  readonly bytes: Uint8Array;
  readonly hex: string;
}

/** `bytes` or `hex`. */
export type WireForm = keyof WireValues;

/** The encoding of one dialect. */
export interface WireRule<F extends WireForm = WireForm> {
  readonly form: F;
  /** A, B and v: as long as N, or without leading zeros (`min`, which accepts padded values too). */
  readonly numbers: 'PAD' | 'min';
  /** The salt: unchanged, without leading zeros, or hex digits of any number, which are hashed as digits. */
  readonly salt: 'raw' | 'min' | 'digits';
  /** M1 and M2: all bytes of the hash, or without leading zeros. */
  readonly proofs: 'full' | 'min';
}

/** A salt internally. An odd number of digits has no form in bytes; these begin with half a zero byte. */
export interface Salt {
  readonly bytes: Uint8Array;
  readonly digits: string;
}

interface Form<F extends WireForm> {
  /** Returns the hex digits of a value; `undefined` if it is longer than `most` bytes or badly encoded. */
  digitsOf(name: string, value: unknown, most: number): string | undefined;
  /** Encodes hex digits, `strip`ped of leading zeros or not. */
  encode(digits: string, strip: boolean): WireValues[F];
}

const FORMS: { readonly [F in WireForm]: Form<F> } = {
  bytes: {
    digitsOf(name, value, most) {
      const bytes = expectBytes(name, value, 0, Number.MAX_SAFE_INTEGER);
      return bytes.length <= most ? bytesToHex(bytes) : undefined;
    },
    encode: (digits, strip) => hexToBytes(strip ? digits.replace(/^(?:00)+/, '') : digits),
  },
  hex: {
    digitsOf(name, value, most) {
      const digits = expectString(name, value);
      return digits.length <= 2 * most && /^[0-9a-f]*$/i.test(digits) ? digits : undefined;
    },
    encode: (digits, strip) => (strip ? digits.replace(/^0+/, '') : digits),
  },
};

/** Encodes A, B or v (`numbers`, padded to the length of N), or M1 or M2 (`proofs`). */
export function encode<F extends WireForm>(
  rule: WireRule<F>,
  kind: 'numbers' | 'proofs',
  bytes: Uint8Array,
): WireValues[F] {
  return FORMS[rule.form].encode(bytesToHex(bytes), rule[kind] === 'min');
}

/** Decodes such a value to `length` bytes; `undefined` if it is empty, longer, too short or badly encoded. */
export function decode(
  rule: WireRule,
  kind: 'numbers' | 'proofs',
  name: string,
  value: unknown,
  length: number,
): Uint8Array | undefined {
  const digits = FORMS[rule.form].digitsOf(name, value, length);
  if (!digits || (rule[kind] !== 'min' && digits.length < 2 * length)) return undefined;
  return hexToBytes(digits.padStart(2 * length, '0'));
}

export function encodeSalt<F extends WireForm>(rule: WireRule<F>, { digits }: Salt): WireValues[F] {
  return FORMS[rule.form].encode(digits, rule.salt === 'min');
}

/**
 * Decodes a salt, from the peer or from the server's own accounts.
 *
 * @throws {TypeError} for other types
 * @throws {SrpError} bad_encoding
 */
export function readSalt(rule: WireRule, value: unknown): Salt {
  const digits = FORMS[rule.form].digitsOf('salt', value, MAX_SALT_BYTES)?.toLowerCase();
  if (digits === undefined || (rule.salt === 'raw' && digits.length % 2 !== 0))
    throw new SrpError(
      'bad_encoding',
      `a salt is at most ${MAX_SALT_BYTES} bytes, as the dialect writes them`,
    );
  return { bytes: hexToBytes(digits.padStart(2 * Math.ceil(digits.length / 2), '0')), digits };
}
