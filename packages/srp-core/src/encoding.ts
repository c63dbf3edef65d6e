/**
 * Numbers as big-endian bytes, padded to the length of N (`PAD` of RFC 5054 §2.1) or minimal, and byte strings.
 */
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

export { concatBytes as concat };

/** `PAD(n)`: big-endian, left-padded with zeros to `length` bytes. */
export function padded(n: bigint, length: number): Uint8Array {
  if (n >> BigInt(8 * length) !== 0n) throw new RangeError(`number does not fit ${length} bytes`);
  return length === 0 ? new Uint8Array() : hexToBytes(n.toString(16).padStart(2 * length, '0'));
}

/** Big-endian without leading zero bytes. Zero is the empty string, as in every known implementation. */
export function minimal(n: bigint): Uint8Array {
  return n === 0n ? new Uint8Array() : padded(n, Math.ceil(n.toString(16).length / 2));
}

export function stripZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}

/** Converts big-endian bytes to a number. The empty string is zero. */
export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}

const ENCODER = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Returns a real copy: `slice` of a Node `Buffer` is only another view of the caller's memory. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Prefixes each part with its length in 32 bits, so that no two lists of parts encode to the same bytes. */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((part) => [lengthOf(part), part]));
}

function lengthOf(part: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setUint32(0, part.length);
  return prefix;
}

/** Splits the output of `lengthPrefixed` into views of its parts; `undefined` for other bytes. */
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
 * Returns whether two byte strings are equal, in a time that depends only on their lengths. Different lengths
 * return at once: lengths are not secret here. Every comparison of a proof or key uses this function.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array))
    throw new TypeError('"a" and "b" expected Uint8Array');
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
