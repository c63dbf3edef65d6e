/**
 * HMAC with a prepared key. A window of codes needs several HMACs under one key. The two key blocks (RFC 2104
 * §2) are hashed once; each message then costs two blocks instead of four, without allocations.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { TotpAlgorithm } from './profile.ts';

/** Computes the HMAC of a message. The next call overwrites the result. */
export type KeyedHmac = (message: Uint8Array) => Uint8Array;

const HASHES = { SHA1: withWorkspace(sha1), SHA256: withWorkspace(sha256), SHA512: withWorkspace(sha512) };

/** A hash with a state and result shared by all its computations; noble wipes the state after each. */
function withWorkspace(hash: typeof sha1 | typeof sha256 | typeof sha512) {
  return { hash, working: hmac.create(hash, new Uint8Array()), digest: new Uint8Array(hash.outputLen) };
}

export function keyedHmac(algorithm: TotpAlgorithm, key: Uint8Array): KeyedHmac {
  const { hash, working, digest } = HASHES[algorithm];
  const keyed = hmac.create(hash, key);
  return (message) => {
    keyed._cloneInto(working);
    working.update(message);
    working.digestInto(digest);
    return digest;
  };
}
