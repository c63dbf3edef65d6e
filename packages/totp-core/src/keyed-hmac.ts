/**
 * HMAC with the key already worked in. A window of codes is several HMACs under one key: the two blocks of the key
 * (RFC 2104 §2) are hashed once, and each message then costs two blocks instead of four and no allocation.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { TotpAlgorithm } from './profile.ts';

const HASHES = { SHA1: sha1, SHA256: sha256, SHA512: sha512 };

/** Computes the HMAC of an 8-byte counter. The result is overwritten by the next call. */
export type KeyedHmac = (counter: Uint8Array) => Uint8Array;

export function keyedHmac(algorithm: TotpAlgorithm, key: Uint8Array): KeyedHmac {
  const hash = HASHES[algorithm];
  const keyed = hmac.create(hash, key);
  const working = keyed.clone();
  const digest = new Uint8Array(hash.outputLen);
  return (counter) => {
    keyed._cloneInto(working);
    working.update(counter);
    working.digestInto(digest);
    return digest;
  };
}
