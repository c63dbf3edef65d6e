/**
 * Checks of a caller's arguments, with one format of messages: `"seed" expected 32 bytes, got length=3`. A
 * value of the wrong type is a `TypeError`, one out of range a `RangeError`. Messages never contain the value.
 */
import { utf8Encode } from './platform.ts';

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Checks for a `Uint8Array` (or Node `Buffer`), of `length` bytes if given. */
export function expectBytes(name: string, value: unknown, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TypeError(`"${name}" expected Uint8Array, got ${typeOf(value)}`);
  if (length !== undefined && value.length !== length)
    throw new RangeError(`"${name}" expected ${length} bytes, got length=${value.length}`);
  return value;
}

export function expectString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`"${name}" expected string, got ${typeOf(value)}`);
  return value;
}

/**
 * Checks for text that can be printed and logged: well-formed, without control characters, `min` to `max`
 * bytes. Returns it as UTF-8.
 */
export function expectText(name: string, value: unknown, min: number, max: number): Uint8Array {
  const text = expectString(name, value);
  if (!isPrintable(text)) throw new RangeError(`"${name}" expected text without control characters`);
  const bytes = utf8Encode(text);
  if (bytes.length < min || bytes.length > max)
    throw new RangeError(`"${name}" expected ${min} to ${max} bytes, got length=${bytes.length}`);
  return bytes;
}

/** Returns whether a text is well-formed Unicode without control characters. */
export function isPrintable(text: string): boolean {
  return !/[\p{Cc}\p{Surrogate}]/u.test(text);
}

export function expectInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`"${name}" expected number, got ${typeOf(value)}`);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`"${name}" expected an integer from ${min} to ${max}`);
  return value;
}

/** Checks for an array of at most `max` elements. */
export function expectArray<T>(name: string, value: readonly T[], max: number): readonly T[] {
  if (!Array.isArray(value)) throw new TypeError(`"${name}" expected array, got ${typeOf(value)}`);
  if (value.length > max)
    throw new RangeError(`"${name}" expected at most ${max} elements, got length=${value.length}`);
  return value;
}

/** Checks for an object, whose fields the caller checks one by one. */
export function expectObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`"${name}" expected object, got ${typeOf(value)}`);
}
