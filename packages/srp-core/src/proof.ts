/**
 * The product's k, u and proofs: always SHA-256 and padding, whatever the suite says about x.
 *
 *   k = H(N | PAD(g))      u = H(PAD(A) | PAD(B))
 *   prk = HKDF-Extract(T, PAD(S))
 *   M1 = HMAC(Expand(prk, "client proof"), T)
 *   M2 = HMAC(Expand(prk, "server proof"), T | M1)
 *   session key = Expand(prk, "session key")
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, toNumber, utf8 } from './encoding.ts';
import { scramblerFrom } from './equations.ts';
import type { Group } from './group.ts';
import { pad } from './public-value.ts';

/** The length of M1, M2 and the session key, in bytes. */
export const PROOF_BYTES = 32;

const MULTIPLIERS = new Map<Group, bigint>();

/** k = H(N | PAD(g)) */
export function multiplier(group: Group): bigint {
  let k = MULTIPLIERS.get(group);
  if (k === undefined) {
    k = toNumber(sha256(concat(pad(group, group.N), pad(group, group.g))));
    MULTIPLIERS.set(group, k);
  }
  return k;
}

/** u = H(PAD(A) | PAD(B)) */
export function scrambler(A: Uint8Array, B: Uint8Array): bigint {
  return scramblerFrom(sha256(concat(A, B)));
}

/** The keys of one exchange. The server's proof and the session key are computed on demand. */
export interface KeySchedule {
  /** M1 */
  readonly clientProof: Uint8Array;
  /** M2, which covers M1. */
  serverProof(): Uint8Array;
  sessionKey(): Uint8Array;
}

/** Derives the proofs and the session key from T and S. */
export function scheduleKeys(group: Group, T: Uint8Array, S: bigint): KeySchedule {
  const prk = extract(sha256, pad(group, S), T);
  const key = (label: string) => expand(sha256, prk, utf8(label), PROOF_BYTES);
  const clientProof = hmac(sha256, key('client proof'), T);
  return {
    clientProof,
    serverProof: () => hmac(sha256, key('server proof'), concat(T, clientProof)),
    sessionKey: () => key('session key'),
  };
}
