/**
 * Names that tell nothing: collections and records lie under HMAC-SHA-256 values of their names, so that whoever reads the
 * disk learns no user name and cannot test a guess. The key comes from the store's identity and never changes.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';
import { derive } from '../keys/kdf.ts';
import { TAG_BYTES } from '../layout.ts';
import { LONGEST_ID } from '../sealing/envelope.ts';

/** The tag of each record of one collection. */
export interface CollectionNames {
  readonly name: string;
  /** HMAC(key, 0 | name), cut to 16 bytes. */
  readonly tag: Uint8Array;
  /**
   * HMAC(key, 1 | collection tag | id), cut to 16 bytes.
   *
   * @throws TypeError, RangeError unless `id` is well-formed text of 1 to 1024 bytes of UTF-8
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
  // The state after the fixed beginning is copied for each id, which saves hashing it again.
  const start = hmac.create(sha256, key).update(Uint8Array.of(1)).update(tag);
  return {
    name,
    tag,
    recordTag: (id) => start.clone().update(idBytes(id, '"id"')).digest().subarray(0, TAG_BYTES),
  };
}

function idBytes(id: string, what: string): Uint8Array {
  if (typeof id !== 'string') throw new TypeError(`${what} expected a string, got ${typeof id}`);
  // An unpaired surrogate would become U+FFFD and make two names one.
  if (/\p{Surrogate}/u.test(id)) throw new TypeError(`${what} expected well-formed text`);
  const bytes = utf8(id);
  if (bytes.length === 0 || bytes.length > LONGEST_ID)
    throw new RangeError(`${what} expected 1 to ${LONGEST_ID} bytes, got length=${bytes.length}`);
  return bytes;
}
