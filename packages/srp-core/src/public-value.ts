/** Input checks of A, B and v, before any arithmetic (RFC 5054 §2.5.3 and §2.5.4, but stricter). */
import { expectBytes } from './argument.ts';
import { padded, toNumber } from './encoding.ts';
import { SrpError } from './errors.ts';
import { expectGroup, type Group } from './group.ts';

/** Returns whether 1 < n < N−1. Other numbers would make the session's secret predictable. */
export function inRange(group: Group, n: bigint): boolean {
  return n > 1n && n < group.N - 1n;
}

/**
 * Reads A, B or v in its canonical form: as long as N, and in range.
 *
 * @throws {SrpError} bad_public_value, or the other code
 */
export function readElement(
  group: Group,
  value: Uint8Array,
  code: 'bad_public_value' | 'bad_verifier' = 'bad_public_value',
): bigint {
  const what = code === 'bad_verifier' ? 'verifier' : 'public value';
  if (value.length !== group.bytes) throw new SrpError(code, `${what} expected ${group.bytes} bytes`);
  const n = toNumber(value);
  if (!inRange(group, n)) throw new SrpError(code, `${what} is out of range`);
  return n;
}

/**
 * Checks that an A or B has exactly the length of N and that 1 < value < N−1. `proveClient` and `checkClient`
 * do this themselves; a server can call it as soon as A arrives.
 *
 * @throws {SrpError} bad_public_value
 */
export function checkPublicValue(group: Group, value: Uint8Array): void {
  expectBytes('value', value, 0, Number.MAX_SAFE_INTEGER);
  readElement(expectGroup(group), value);
}

export function pad(group: Group, n: bigint): Uint8Array {
  return padded(n, group.bytes);
}
