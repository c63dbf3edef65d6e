/**
 * Argument checks, with one format of messages: `"salt" expected 16 bytes, got length=3`. A value of the
 * wrong type is a `TypeError`, one of the right type but out of range a `RangeError`. Messages never contain
 * the value.
 */

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Checks for a `Uint8Array` (or Node `Buffer`) of `min` to `max` bytes. */
export function expectBytes(name: string, value: unknown, min: number, max: number): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TypeError(`"${name}" expected Uint8Array, got ${describe(value)}`);
  if (value.length < min || value.length > max) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    throw new RangeError(`"${name}" expected ${wanted} bytes, got length=${value.length}`);
  }
  return value;
}

/**
 * Checks for a well-formed string of at most `max` UTF-16 units. A lone surrogate has no UTF-8 form and would
 * be replaced.
 */
export function expectText(name: string, value: unknown, max: number): string {
  const text = expectString(name, value);
  if (text.length > max)
    throw new RangeError(`"${name}" expected at most ${max} characters, got length=${text.length}`);
  if (/\p{Surrogate}/u.test(text)) throw new RangeError(`"${name}" expected well-formed Unicode`);
  return text;
}

export function expectString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`"${name}" expected string, got ${describe(value)}`);
  return value;
}

export function expectFunction<T>(name: string, value: T): T {
  if (typeof value !== 'function') throw new TypeError(`"${name}" expected function, got ${describe(value)}`);
  return value;
}

/** Checks for an object (not null, not a function) whose fields the caller checks one by one. */
export function expectObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TypeError(`"${name}" expected object, got ${describe(value)}`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function expectInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`"${name}" expected number, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`"${name}" expected an integer from ${min} to ${max}`);
  return value;
}

export function expectBigint(name: string, value: unknown): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`"${name}" expected bigint, got ${describe(value)}`);
  return value;
}
