/** Writes the data types of RFC 4251 §5. A message is the concatenation of its parts. */
import { utf8Encode } from '../platform.ts';

export function uint8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Any number of `uint64`. */
export function uint64(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of values.entries()) view.setBigUint64(8 * at, value);
  return bytes;
}

/** A `string`, from text, bytes, or the concatenation of parts. */
export function string(content: string | Uint8Array | readonly Uint8Array[]): Uint8Array {
  const parts =
    typeof content === 'string' ? [utf8Encode(content)] : content instanceof Uint8Array ? [content] : content;
  return concat([uint32(lengthOf(parts)), ...parts]);
}

/** Joins parts into one array of their own. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.length, 0);
}
