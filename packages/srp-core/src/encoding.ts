/**
 * Numbers as big-endian bytes, padded to the length of N (`PAD` of RFC 5054 §2.1) or minimal, and byte strings.
 */

/** `PAD(n)`: big-endian, left-padded with zeros to `length` bytes. */
export function padded(n: bigint, length: number): Uint8Array {
  const hex = n.toString(16).padStart(length * 2, '0');
  if (n < 0n || hex.length > length * 2) throw new RangeError(`number does not fit ${length} bytes`);
  return fromHex(hex);
}

/** Big-endian without a leading zero byte; zero is the empty string, as in every implementation met so far. */
export function minimal(n: bigint): Uint8Array {
  if (n === 0n) return new Uint8Array();
  const hex = n.toString(16);
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}

/** Bytes without their leading zero bytes. */
export function stripZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}

/** The number that big-endian bytes stand for; the empty string is zero. */
export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

/** What a hex digit's character code stands for; a table, since parsing pairs costs as much as the rest of a conversion. */
const DIGITS = Uint8Array.from({ length: 103 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16));

/** Bytes of an even number of hex digits. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? 0;
    bytes[i] = (high << 4) | (DIGITS[hex.charCodeAt(2 * i + 1)] ?? 0);
  }
  return bytes;
}

/** UTF-8. The text must be well formed. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** All parts in one new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** Each part behind its length in 32 bits, so that no two lists of parts give the same bytes. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.flatMap((part) => [padded(BigInt(part.length), 4), part]));
}

/** The parts of what `lengthPrefixed` made, as views, or `undefined` if it did not make these bytes. */
export function readLengthPrefixed(bytes: Uint8Array): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const start = offset + 4;
    const end = start + Number(toNumber(bytes.subarray(offset, start)));
    if (start > bytes.length || end > bytes.length) return undefined;
    parts.push(bytes.subarray(start, end));
    offset = end;
  }
  return parts;
}

/**
 * Whether two byte strings are equal, in a time that depends on their lengths only. Unequal lengths are unequal
 * at once: lengths are no secret here. Every comparison of a proof or a key goes through this.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array))
    throw new TypeError('"a" and "b" expected Uint8Array');
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
