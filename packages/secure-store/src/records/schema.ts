/** Validates values with a Standard Schema, on the way in and out. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { StoreError } from '../errors.ts';
import { decodeValue, encodeValue } from './value.ts';

/**
 * Validates a value and returns its bytes; a promise only if the schema validates asynchronously.
 *
 * @throws {TypeError} if the value does not match; the message contains the paths, never the value
 */
export function toBytes<T>(
  schema: StandardSchemaV1<unknown, T>,
  value: unknown,
): Uint8Array | Promise<Uint8Array> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(encodeFitting) : encodeFitting(result);
}

function encodeFitting<T>(result: StandardSchemaV1.Result<T>): Uint8Array {
  if (result.issues !== undefined)
    throw new TypeError(`"value" expected to match the schema of its collection: ${pathsOf(result.issues)}`);
  return encodeValue(result.value);
}

/**
 * Decodes and validates the bytes of a record.
 *
 * @throws {StoreError} invalid
 */
export function fromBytes<T>(
  schema: StandardSchemaV1<unknown, T>,
  bytes: Uint8Array,
  collection: string,
): T | Promise<T> {
  const result = schema['~standard'].validate(decodeValue(bytes));
  return result instanceof Promise
    ? result.then((awaited) => fitting(awaited, collection))
    : fitting(result, collection);
}

function fitting<T>(result: StandardSchemaV1.Result<T>, collection: string): T {
  if (result.issues === undefined) return result.value;
  const paths = pathsOf(result.issues);
  throw new StoreError(
    'invalid',
    `A record in "${collection}" does not match the schema it is read with: ${paths}.`,
  );
}

function pathsOf(issues: readonly StandardSchemaV1.Issue[]): string {
  const paths = issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  );
  return paths.map((path) => (path === '' ? 'the value itself' : path)).join(', ');
}
