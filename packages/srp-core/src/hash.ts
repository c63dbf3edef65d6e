/** The hash functions of dialects and suites. SHA-1 is only for migration and vectors. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concat } from './encoding.ts';

const FUNCTIONS = {
  'SHA-1': sha1,
  'SHA-224': sha224,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
} as const satisfies Record<HashName, unknown>;

/** The names of the hash functions, weakest first. */
export const HASH_NAMES = ['SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'] as const;
/** A hash function's name. */
export type HashName = (typeof HASH_NAMES)[number];

export function digestLength(name: HashName): number {
  return FUNCTIONS[name].outputLen;
}

/** H(parts[0] | parts[1] | …). */
export function digest(name: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  return FUNCTIONS[name](parts.length === 1 && parts[0] ? parts[0] : concat(...parts));
}
