/** The base64 of SRP password files: digits `0-9A-Za-z./`, one big-endian number aligned to the right. */
import { fromHex, fromNumber, toNumber } from './bytes.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./';

/** `length` bytes, or without leading zeros if no length is given. */
export function fromSrpBase64(text: string, length?: number): Uint8Array {
  let value = 0n;
  for (const digit of text) {
    const at = DIGITS.indexOf(digit);
    if (at < 0) throw new RangeError('not a digit of SRP base64');
    value = value * 64n + BigInt(at);
  }
  return length === undefined ? fromNumber(value) : fromHex(value.toString(16).padStart(length * 2, '0'));
}

/** Three bytes become four digits, counted from the right. */
export function toSrpBase64(bytes: Uint8Array): string {
  let value = toNumber(bytes);
  let digits = '';
  for (let left = Math.ceil((bytes.length * 4) / 3); left > 0; left--) {
    digits = (DIGITS[Number(value % 64n)] ?? '') + digits;
    value /= 64n;
  }
  return digits;
}

/** The same as GnuTLS writes and expects it: a first group of one or two bytes loses its leading zero digits, but one. */
export function toGnutlsBase64(bytes: Uint8Array): string {
  const digits = toSrpBase64(bytes);
  const first = digits.length % 4;
  return digits.slice(0, first).replace(/^0+(?=.)/, '') + digits.slice(first);
}
