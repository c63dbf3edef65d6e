/** Comparing, joining and encoding bytes. */
export { bytesToHex as hexOf, concatBytes } from '@noble/hashes/utils.js';

/** Compares in a time that depends only on the lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Returns a string that identifies these bytes in a map or set. */
export function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Returns whether a value begins with the given bytes, in constant time. */
export function startsWith(value: Uint8Array, start: Uint8Array): boolean {
  return value.length >= start.length && equalBytes(value.subarray(0, start.length), start);
}

/** Compares keys bytewise, as unsigned numbers; a prefix sorts before its extensions. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Sorts after every key, since keys have 64 bytes at most. */
const BEYOND = new Uint8Array(65).fill(255);

/** Returns bytes that sort after every key with this prefix and before all other keys that do. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 255) length -= 1;
  if (length === 0) return BEYOND;
  const end = prefix.slice(0, length);
  end[length - 1] = (end[length - 1] ?? 0) + 1;
  return end;
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 255);
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Encodes a number in 8 bytes, big-endian. */
export function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** Returns a view for reading big-endian numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const encoder = new TextEncoder();
/** A byte order mark is part of the text: ids and labels are returned as they were given. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes UTF-8. Throws a TypeError for anything else. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Reads fields from the start of a value. Reading past the end throws a RangeError. */
export class ByteReader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get ended(): boolean {
    return this.#rest.length === 0;
  }

  /** Returns a copy of the next bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.#rest.length) throw new RangeError('"bytes" ended too early');
    const bytes = this.#rest.slice(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** Reads a big-endian number of this many bytes. */
  number(length: number): number {
    return this.bytes(length).reduce((number, byte) => number * 256 + byte, 0);
  }
}
