/**
 * Encodes values as UTF-8 JSON that preserves byte strings and bigints (docs/store-format.md, "Records"). As in JSON,
 * members that are `undefined` are omitted.
 */
import { base64urlnopad } from '@scure/base';
import { textOf, utf8 } from '../bytes.ts';

/** @throws {TypeError} for values that would not round-trip: NaN, functions, dates, maps, class instances */
export function encodeValue(value: unknown): Uint8Array {
  return utf8(JSON.stringify(toJson(value, 0)));
}

/**
 * @throws {SyntaxError} unless the bytes are JSON
 * @throws {TypeError} unless `encodeValue` produced them
 */
export function decodeValue(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  const json: unknown = JSON.parse(text);
  return text.includes('"$') ? fromJson(json) : json;
}

const DEEPEST = 64;

function toJson(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) throw new TypeError('"value" expected at most 64 levels and no cycles');
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'bigint':
      return { $bigint: String(value) };
    case 'object':
      return value === null ? null : objectToJson(value, depth);
    default:
  }
  throw new TypeError(`"value" expected something that JSON can hold, got ${typeof value}`);
}

function objectToJson(value: object, depth: number): unknown {
  if (value instanceof Uint8Array) return { $bytes: base64urlnopad.encode(value) };
  if (Array.isArray(value)) return value.map((item: unknown) => toJson(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('"value" expected plain objects, arrays and bytes, got an instance of a class');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.map(([key, member]) => [key.startsWith('$') ? `$${key}` : key, toJson(member, depth + 1)]),
  );
}

function fromJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== 'object' || json === null) return json;
  if ('$bytes' in json && typeof json.$bytes === 'string') return bytesOf(json.$bytes);
  if ('$bigint' in json && typeof json.$bigint === 'string') return BigInt(json.$bigint);
  const members = Object.entries(json);
  return Object.fromEntries(
    members.map(([key, member]) => [key.startsWith('$$') ? key.slice(1) : key, fromJson(member)]),
  );
}

/** Padding and non-zero unused bits are rejected: each byte string has one encoding. */
function bytesOf(text: string): Uint8Array {
  try {
    return base64urlnopad.decode(text);
  } catch {
    // Without the cause, which could quote the text.
    throw new TypeError('"$bytes" expected canonical base64url without padding');
  }
}
