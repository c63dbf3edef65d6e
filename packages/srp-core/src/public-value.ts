/** A, B and v on their way in: checked before any arithmetic (RFC 5054 §2.5.3, §2.5.4 and more strictly). */
import { expectBytes } from './argument.ts';
import { padded, toNumber } from './encoding.ts';
import { SrpError } from './errors.ts';
import { expectGroup, type Group } from './group.ts';

/** Whether 1 < n < N−1: 0, 1, N−1 and everything congruent to them would fix the session's secret. */
export function inRange(group: Group, n: bigint): boolean {
  return n > 1n && n < group.N - 1n;
}

/** The number behind a public value in its canonical form, or `bad_public_value`. */
export function readPublicValue(group: Group, value: Uint8Array): bigint {
  if (value.length !== group.bytes)
    throw new SrpError('bad_public_value', `public value expected ${group.bytes} bytes`);
  const n = toNumber(value);
  if (!inRange(group, n)) throw new SrpError('bad_public_value', 'public value is out of range');
  return n;
}

/**
 * Refuses an A or B that is not exactly the length of N, or outside 1 < value < N−1, with
 * `SrpError('bad_public_value')`. `proveClient` and `checkClient` do it themselves; a server may do it as soon as A arrives.
 */
export function checkPublicValue(group: Group, value: Uint8Array): void {
  expectBytes('value', value, 0, Number.MAX_SAFE_INTEGER);
  readPublicValue(expectGroup(group), value);
}

/** PAD(n) for the group. */
export function pad(group: Group, n: bigint): Uint8Array {
  return padded(n, group.bytes);
}
