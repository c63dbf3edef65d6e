/**
 * How a dialect encodes its values: as bytes or hex digits, at full length or without leading zeros.
 * Internally every value has its full length; only this file drops and restores zeros.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expectBytes, expectString } from '../argument.ts';
import { concat, copyOf, stripZeros } from '../encoding.ts';
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

/** A salt internally: its bytes, and its digits where they matter. */
export interface Salt {
  readonly bytes: Uint8Array;
  readonly digits?: string | undefined;
}

interface Form<F extends WireForm> {
  /** Encodes big-endian bytes of full length, `strip`ped of leading zeros or not. */
  write(bytes: Uint8Array, strip: boolean): WireValues[F];
  /** Decodes at most `length` bytes (`exact`: exactly) to full length; `undefined` for other input. */
  read(name: string, value: unknown, length: number, exact: boolean): Uint8Array | undefined;
  readSalt(value: unknown, rule: WireRule['salt']): Salt;
  writeSalt(salt: Salt, rule: WireRule['salt']): WireValues[F];
}

const FORMS: { readonly [F in WireForm]: Form<F> } = {
  bytes: {
    write: (bytes, strip) => copyOf(strip ? stripZeros(bytes) : bytes),
    read(name, value, length, exact) {
      const bytes = expectBytes(name, value, 0, Number.MAX_SAFE_INTEGER);
      if (bytes.length > length || bytes.length < (exact ? length : 1)) return undefined;
      return concat(new Uint8Array(length - bytes.length), bytes);
    },
    readSalt(value) {
      const bytes = expectBytes('salt', value, 0, Number.MAX_SAFE_INTEGER);
      if (bytes.length > MAX_SALT_BYTES) throw badSalt();
      return { bytes: copyOf(bytes) };
    },
    writeSalt: ({ bytes }, rule) => copyOf(rule === 'min' ? stripZeros(bytes) : bytes),
  },
  hex: {
    write: (bytes, strip) => (strip ? bytesToHex(bytes).replace(/^0+/, '') : bytesToHex(bytes)),
    read(name, value, length, exact) {
      const digits = expectString(name, value);
      if (digits.length > 2 * length || digits.length < (exact ? 2 * length : 1)) return undefined;
      return isHex(digits) ? hexToBytes(digits.padStart(2 * length, '0')) : undefined;
    },
    readSalt(value, rule) {
      const digits = expectString('salt', value).toLowerCase();
      const wanted = digits.length <= 2 * MAX_SALT_BYTES && (digits === '' || isHex(digits));
      if (!wanted || (rule === 'raw' && digits.length % 2 !== 0)) throw badSalt();
      return { bytes: hexToBytes(digits.padStart(digits.length + (digits.length % 2), '0')), digits };
    },
    writeSalt({ bytes, digits = bytesToHex(bytes) }, rule) {
      return rule === 'min' ? digits.replace(/^0+/, '') : digits;
    },
  },
};

/** The salt can come from the peer or from the server's own accounts. */
function badSalt(): SrpError {
  return new SrpError(
    'bad_encoding',
    `a salt is at most ${MAX_SALT_BYTES} bytes, as the dialect writes them`,
  );
}

function isHex(text: string): boolean {
  return /^[0-9a-f]+$/i.test(text);
}

/** Encodes A, B or v; `bytes` is padded to the length of N. */
export function writeNumber<F extends WireForm>(rule: WireRule<F>, bytes: Uint8Array): WireValues[F] {
  return FORMS[rule.form].write(bytes, rule.numbers === 'min');
}

/** Decodes A, B or v to the length of N; `undefined` if it is longer or badly encoded. */
export function readNumber(rule: WireRule, name: string, value: unknown, length: number) {
  return FORMS[rule.form].read(name, value, length, rule.numbers === 'PAD');
}

/** Encodes M1 or M2. */
export function writeProof<F extends WireForm>(rule: WireRule<F>, bytes: Uint8Array): WireValues[F] {
  return FORMS[rule.form].write(bytes, rule.proofs === 'min');
}

/** Decodes M1 or M2 to the length of the hash; `undefined` if it cannot be valid. */
export function readProof(rule: WireRule, name: string, value: unknown, length: number) {
  return FORMS[rule.form].read(name, value, length, rule.proofs === 'full');
}

/**
 * Decodes a salt.
 *
 * @throws {TypeError} for other types
 * @throws {RangeError} unless it has 1 to 1024 bytes
 */
export function readSalt(rule: WireRule, value: unknown): Salt {
  return FORMS[rule.form].readSalt(value, rule.salt);
}

export function writeSalt<F extends WireForm>(rule: WireRule<F>, salt: Salt): WireValues[F] {
  return FORMS[rule.form].writeSalt(salt, rule.salt);
}
