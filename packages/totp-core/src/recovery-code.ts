/**
 * Recovery codes, for users who lost their phone. 16 characters of Crockford's base32: 15 are random (75
 * bits), and the last one checks the others, so that a typing error is detected at once and costs no attempt.
 *
 * The check: characters are elements of GF(32), and a code is valid if the sum over i of α^i · c_i is zero,
 * where α is primitive. The 16 weights α^0 … α^15 are distinct and non-zero, so every single wrong character
 * is detected, and every swap of two different characters, adjacent or not.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { draw, type RandomBytes } from './random.ts';

/** Crockford's base32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;
/** x^5 + x^2 + 1, primitive over GF(2), so that α = x has order 31. */
const POLYNOMIAL = 0b100101;
/** What users type for characters that are not in the alphabet. */
const LOOKALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/**
 * Generates codes of the form `XXXX-XXXX-XXXX-XXXX`: ten by default, 1 to 100.
 *
 * @throws {RangeError} for a repeating random source; two equal codes can mean nothing else
 */
export function generateRecoveryCodes({
  count = 10,
  randomBytes,
}: {
  count?: number | undefined;
  randomBytes?: RandomBytes | undefined;
} = {}): string[] {
  if (!Number.isSafeInteger(count) || count < 1 || count > 100)
    throw new RangeError(`"count" expected 1 to 100, got ${count}`);
  const codes = new Set<string>();
  while (codes.size < count) {
    const symbols = Array.from(draw(LENGTH - 1, randomBytes), (byte) => byte & 31);
    const code = [...symbols, checkSymbol(symbols)].map((symbol) => ALPHABET.charAt(symbol)).join('');
    if (codes.has(code)) throw new RangeError('"randomBytes" returned the same bytes twice');
    codes.add(code);
  }
  return Array.from(codes, (code) => code.replace(/(.{4})(?=.)/g, '$1-'));
}

/**
 * - `ok`: `code` is canonical: 16 characters, upper case, no dashes
 * - `malformed`: not 16 characters of the alphabet
 * - `check_character`: there is a typing error; no attempt need be counted
 */
export type RecoveryCodeReading =
  | { ok: true; code: string }
  | { ok: false; problem: 'malformed' | 'check_character' };

/** Reads a typed code: any case, spaces and dashes anywhere, O for 0, I and L for 1. Never throws. */
export function parseRecoveryCode(input: unknown): RecoveryCodeReading {
  if (typeof input !== 'string' || input.length > 128) return { ok: false, problem: 'malformed' };
  const code = input
    .replace(/[\s\-\u2010-\u2015\u2212]/gu, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/[OIL]/g, (letter) => LOOKALIKES[letter] ?? letter);
  const symbols = Array.from(code, (character) => ALPHABET.indexOf(character));
  if (symbols.length !== LENGTH || symbols.includes(-1)) return { ok: false, problem: 'malformed' };
  return weightedSum(symbols) === 0 ? { ok: true, code } : { ok: false, problem: 'check_character' };
}

/**
 * Returns the hash that a server stores instead of the code: HMAC-SHA-256, 32 bytes.
 *
 * @param key at least 32 secret bytes
 * @param code canonical, from {@link parseRecoveryCode}
 * @throws {RangeError} for a short key
 * @throws {TypeError} for another form of the code, which would get a second hash
 */
export function hashRecoveryCode(key: Uint8Array, code: string): Uint8Array {
  if (key.length < 32) throw new RangeError(`"key" expected at least 32 bytes, got length=${key.length}`);
  const reading = parseRecoveryCode(code);
  if (!reading.ok || reading.code !== code) throw new TypeError('"code" expected a canonical recovery code');
  return hmac(sha256, key, utf8ToBytes(code));
}

/**
 * - `ok`: delete the hash `spent`, on the condition that it still exists, before letting the user in
 * - `unknown`: the code was never issued or is already used; counts as an attempt
 */
export type RecoveryCodeMatch =
  | { ok: true; spent: Uint8Array }
  | { ok: false; reason: 'malformed' | 'check_character' | 'unknown' };

/**
 * Looks up a typed code among the remaining hashes, in any order. All are compared, each in constant time. A
 * caller that deletes `spent` in one conditional commit accepts each code once, however many requests arrive
 * at the same time.
 */
export function matchRecoveryCode({
  key,
  hashes,
  code,
}: {
  key: Uint8Array;
  hashes: readonly Uint8Array[];
  code: unknown;
}): RecoveryCodeMatch {
  const reading = parseRecoveryCode(code);
  if (!reading.ok) return { ok: false, reason: reading.problem };
  const hash = hashRecoveryCode(key, reading.code);
  const [spent] = hashes.filter((kept) => equalBytes(kept, hash));
  return spent ? { ok: true, spent } : { ok: false, reason: 'unknown' };
}

/** Compares every byte, whichever differ. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Σ α^i · c_i, by Horner's rule from the last character to the first. */
function weightedSum(symbols: readonly number[]): number {
  return symbols.reduceRight((sum, symbol) => timesAlpha(sum) ^ symbol, 0);
}

/** The c_15 that makes the sum zero, −Σ α^i · c_i / α^15, found by trying all 32. */
function checkSymbol(symbols: readonly number[]): number {
  return ALPHABET.split('').findIndex((_, check) => weightedSum([...symbols, check]) === 0);
}

function timesAlpha(element: number): number {
  const shifted = element << 1;
  return shifted & 32 ? shifted ^ POLYNOMIAL : shifted;
}
