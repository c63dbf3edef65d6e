/** Key derivation: from a passphrase (Argon2id, RFC 9106) and from another key (HKDF, RFC 5869). */
import { type Argon2Cost, argon2id } from '@countersign/argon2id';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';
import { StoreError } from '../errors.ts';

/** The default cost: 64 MiB, three passes, four lanes. The second recommended option of RFC 9106 §4. */
export const DEFAULT_COST: Argon2Cost = { m: 65_536, t: 3, p: 4 };

/** Limits on the cost read from disk, so that a forged one cannot exhaust memory or time. */
const MOST: Argon2Cost & { readonly work: number } = { m: 1_048_576, t: 64, p: 16, work: 4_194_304 };

/** Returns whether a cost is valid and within the limits. */
export function isAcceptableCost({ m, t, p }: Argon2Cost): boolean {
  const whole = [m, t, p].every((part) => Number.isInteger(part) && part >= 1);
  return whole && m >= 8 * p && m <= MOST.m && t <= MOST.t && p <= MOST.p && m * t <= MOST.work;
}

/**
 * Derives the 32-byte key of a slot.
 *
 * @throws {StoreError} damaged when the cost, which is not authenticated yet, exceeds the limits
 */
export async function stretch(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  if (!isAcceptableCost(cost))
    throw new StoreError('damaged', 'A key slot asks for too much memory or time to unlock it.');
  return await argon2id({ password, salt, cost });
}

/** Derives a key for the purpose named by `label`, which reveals nothing about any other key. */
export function derive(key: Uint8Array, label: string, length = 32): Uint8Array {
  return hkdf(sha256, key, undefined, utf8(`countersign store 1: ${label}`), length);
}
