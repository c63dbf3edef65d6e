/**
 * The base64 of SRP password files: digits `0-9A-Za-z./`, the bytes as one big-endian number, aligned to the
 * right. A first group of one or two bytes has two or three digits. GnuTLS omits the zeros among them, except
 * the last.
 */
import { expectString } from '../argument.ts';
import { padded } from '../encoding.ts';

/** Longer than any value in a password file. */
const MAX_BYTES = 4096;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./';

/** Decodes SRP base64. Returns `undefined` for other text and for more than 4,096 bytes. */
export function fromSrpBase64(text: string): Uint8Array | undefined {
  expectString('text', text);
  if (text.length * 3 > MAX_BYTES * 4) return undefined;
  const digits = Array.from(text, (digit) => DIGITS.indexOf(digit));
  if (digits.includes(-1)) return undefined;
  const n = digits.reduce((sum, digit) => sum * 64n + BigInt(digit), 0n);
  const groups = Math.floor(text.length / 4);
  const first = n >> BigInt(24 * groups);
  const length = bytesInFirst(text.length % 4, first);
  return first >> BigInt(8 * length) === 0n ? padded(n, length + 3 * groups) : undefined;
}

/** Two digits are one byte, or two whose first four bits were omitted. */
function bytesInFirst(digits: number, n: bigint): number {
  if (digits === 2) return n < 256n ? 1 : 2;
  return digits === 3 ? 2 : digits;
}
