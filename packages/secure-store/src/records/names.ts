/**
 * Keyed names: collections and records are stored under HMAC-SHA-256 values of their names, so a reader of
 * the disk learns no user name and cannot test guesses. The key never changes.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';
import { derive } from '../keys/kdf.ts';
import { TAG_BYTES } from '../layout.ts';
import { LONGEST_ID } from '../sealing/envelope.ts';

/** Computes the tags of a collection and its records. */
export interface CollectionNames {
  readonly name: string;
  /** HMAC(key, 0 | name), truncated to 16 bytes. */
  readonly tag: Uint8Array;
  /**
   * Returns HMAC(key, 1 | collection tag | id), truncated to 16 bytes.
   *
   * @throws {TypeError} for a value that is not well-formed text
   * @throws {RangeError} unless it has 1 to 1024 bytes of UTF-8
   */
  recordTag(id: string): Uint8Array;
}

export function namesOf(identity: Uint8Array, name: string): CollectionNames {
  const key = derive(identity, 'names');
  const tag = hmac
    .create(sha256, key)
    .update(Uint8Array.of(0))
    .update(idBytes(name, '"name"'))
    .digest()
    .slice(0, TAG_BYTES);
  // The hash state after the fixed prefix is cloned for each id, which saves hashing it again.
  const start = hmac.create(sha256, key).update(Uint8Array.of(1)).update(tag);
  return {
    name,
    tag,
    recordTag: (id) => start.clone().update(idBytes(id, '"id"')).digest().subarray(0, TAG_BYTES),
  };
}

function idBytes(id: string, what: string): Uint8Array {
  if (typeof id !== 'string') throw new TypeError(`${what} expected a string, got ${typeof id}`);
  // An unpaired surrogate would become U+FFFD, and two different names would get the same tag.
  if (/\p{Surrogate}/u.test(id)) throw new TypeError(`${what} expected well-formed text`);
  const bytes = utf8(id);
  if (bytes.length === 0 || bytes.length > LONGEST_ID)
    throw new RangeError(`${what} expected 1 to ${LONGEST_ID} bytes, got length=${bytes.length}`);
  return bytes;
}
