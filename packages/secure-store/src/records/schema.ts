/** Validates values with a Standard Schema, on the way in and out. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { StoreError } from '../errors.ts';
import { decodeValue, encodeValue } from './value.ts';

/**
 * Validates a value and returns its bytes.
 *
 * @throws {TypeError} if the value does not match; the message contains the paths, never the value
 */
export function toBytes<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): Uint8Array {
  const result = validate(schema, value);
  if (result.issues === undefined) return encodeValue(result.value);
  throw new TypeError(`"value" expected to match the schema of its collection: ${pathsOf(result.issues)}`);
}

/**
 * Decodes and validates the bytes of a record.
 *
 * @throws {StoreError} invalid
 */
export function fromBytes<T>(schema: StandardSchemaV1<unknown, T>, bytes: Uint8Array, collection: string): T {
  const result = validate(schema, decodeValue(bytes));
  if (result.issues === undefined) return result.value;
  const paths = pathsOf(result.issues);
  throw new StoreError(
    'invalid',
    `A record in "${collection}" does not match the schema it is read with: ${paths}.`,
  );
}

function validate<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): StandardSchemaV1.Result<T> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new TypeError('"schema" expected one that validates synchronously');
  return result;
}

function pathsOf(issues: readonly StandardSchemaV1.Issue[]): string {
  const paths = issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  );
  return paths.map((path) => (path === '' ? 'the value itself' : path)).join(', ');
}
