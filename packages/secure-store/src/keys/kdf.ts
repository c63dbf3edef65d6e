/**
 * From a passphrase to a key (RFC 9106), and from one key to the keys below it (RFC 5869).
 */
import { type Argon2Cost, argon2id } from '@countersign/argon2id';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';
import { StoreError } from '../errors.ts';

/** RFC 9106 §4, the second recommended choice: 64 MiB, three passes, four lanes. */
export const DEFAULT_COST: Argon2Cost = { m: 65_536, t: 3, p: 4 };

/** More than this is refused, so that somebody who writes to the disk cannot make a reader run out of memory or time. */
const MOST: Argon2Cost & { readonly work: number } = { m: 1_048_576, t: 64, p: 16, work: 4_194_304 };

export function isAcceptableCost({ m, t, p }: Argon2Cost): boolean {
  const whole = [m, t, p].every((part) => Number.isInteger(part) && part >= 1);
  return whole && m >= 8 * p && m <= MOST.m && t <= MOST.t && p <= MOST.p && m * t <= MOST.work;
}

/**
 * The key of a slot, 32 bytes. A cost read from the disk is not authenticated yet, hence the limits.
 *
 * @throws {StoreError} damaged, when the cost is above the limits
 */
export async function stretch(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  if (!isAcceptableCost(cost))
    throw new StoreError('damaged', 'A slot asks for an absurd amount of memory or time to open it.');
  return await argon2id({ password, salt, cost });
}

/** A key for one purpose, which its label names; knowing it tells nothing of `key` or of the keys for other purposes. */
export function derive(key: Uint8Array, label: string, length = 32): Uint8Array {
  return hkdf(sha256, key, undefined, utf8(`countersign store 1: ${label}`), length);
}
