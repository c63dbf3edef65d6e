/**
 * The base64 of SRP password files: digits `0-9A-Za-z./`, the bytes as one big-endian number, aligned to the
 * right. A first group of one or two bytes has two or three digits. GnuTLS omits the zeros among them, except
 * the last.
 */
import { expectString } from '../argument.ts';

/** Longer than any value in a password file. */
const MAX_BYTES = 4096;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./';

/** Decodes SRP base64. Returns `undefined` for other text and for more than 4,096 bytes. */
export function fromSrpBase64(text: string): Uint8Array | undefined {
  expectString('text', text);
  if (text.length * 3 > MAX_BYTES * 4) return undefined;
  const first = text.length % 4;
  const bytes: number[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start === 0 && first > 0 ? first : start + 4;
    const digits = Array.from(text.slice(start, end), (digit) => DIGITS.indexOf(digit));
    if (digits.includes(-1)) return undefined;
    const n = digits.reduce((sum, digit) => sum * 64 + digit, 0);
    const length = bytesIn(digits.length, n);
    if (n >= 256 ** length) return undefined;
    for (let i = length - 1; i >= 0; i--) bytes.push(Math.floor(n / 256 ** i) % 256);
    start = end;
  }
  return Uint8Array.from(bytes);
}

/**
 * One digit is one byte, three are two, four are three. Two are one byte, or two whose first four bits were
 * omitted.
 */
function bytesIn(digits: number, n: number): number {
  if (digits === 2) return n < 256 ? 1 : 2;
  return digits === 1 ? 1 : digits - 1;
}
