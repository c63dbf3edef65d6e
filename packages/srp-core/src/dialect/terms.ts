/**
 * The terms of the dialects' table. Each is a byte string computed from what is known at the time of its
 * hash: the group for k, A and B for u, everything else for the proofs.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { concat, minimal, padded, stripZeros, utf8 } from '../encoding.ts';
import type { Group } from '../group.ts';
import { digest, digestLength, type HashName } from '../hash.ts';
import { pad } from '../public-value.ts';

interface GroupValues {
  readonly group: Group;
  readonly hash: HashName;
}

interface PublicValues extends GroupValues {
  readonly A: bigint;
  readonly B: bigint;
}

interface SecretValues extends GroupValues {
  readonly S: bigint;
}

interface ProofValues extends PublicValues, SecretValues {
  readonly identity: string;
  readonly salt: Uint8Array;
  readonly K: Uint8Array;
}

interface AnswerValues extends ProofValues {
  readonly M1: Uint8Array;
}

/** Returns the ASCII hex digits of a number, without leading zeros. */
function hexOf(n: bigint): Uint8Array {
  return utf8(n.toString(16));
}

/** H(N) xor H(g), with g encoded as given. */
function groupHash({ group, hash }: GroupValues, g: Uint8Array): Uint8Array {
  const hashOfN = digest(hash, pad(group, group.N));
  return digest(hash, g).map((byte, i) => byte ^ (hashOfN[i] ?? 0));
}

export const GROUP_TERMS = {
  N: ({ group }: GroupValues) => pad(group, group.N),
  'PAD(g)': ({ group }: GroupValues) => pad(group, group.g),
  'min(g)': ({ group }: GroupValues) => minimal(group.g),
} as const;

export const PUBLIC_TERMS = {
  'PAD(A)': ({ group, A }: PublicValues) => pad(group, A),
  'PAD(B)': ({ group, B }: PublicValues) => pad(group, B),
  'min(A)': ({ A }: PublicValues) => minimal(A),
  'min(B)': ({ B }: PublicValues) => minimal(B),
  'hex(A)': ({ A }: PublicValues) => hexOf(A),
  'hex(B)': ({ B }: PublicValues) => hexOf(B),
} as const;

export const PROOF_TERMS = {
  ...PUBLIC_TERMS,
  'PAD(S)': ({ group, S }: ProofValues) => pad(group, S),
  'min(S)': ({ S }: ProofValues) => minimal(S),
  'hex(S)': ({ S }: ProofValues) => hexOf(S),
  'H(N) xor H(min(g))': (values: ProofValues) => groupHash(values, minimal(values.group.g)),
  'H(N) xor H(PAD(g))': (values: ProofValues) => groupHash(values, pad(values.group, values.group.g)),
  'H(I)': ({ hash, identity }: ProofValues) => digest(hash, utf8(identity)),
  s: ({ salt }: ProofValues) => salt,
  'min(s)': ({ salt }: ProofValues) => stripZeros(salt),
  K: ({ K }: ProofValues) => K,
} as const;

export const ANSWER_TERMS = {
  ...PROOF_TERMS,
  M1: ({ M1 }: AnswerValues) => M1,
  'min(M1)': ({ M1 }: AnswerValues) => stripZeros(M1),
  'PAD(M1)': ({ group, M1 }: AnswerValues) => concat(new Uint8Array(group.bytes - M1.length), M1),
  'hex(M1)': ({ M1 }: AnswerValues) => utf8(bytesToHex(M1).replace(/^0+/, '')),
} as const;

/** The possible terms of k. */
export type GroupTerm = keyof typeof GROUP_TERMS;
/** The possible terms of u. */
export type PublicTerm = keyof typeof PUBLIC_TERMS;
/** The possible terms of M1. */
export type ProofTerm = keyof typeof PROOF_TERMS;
/** The possible terms of M2. */
export type AnswerTerm = keyof typeof ANSWER_TERMS;

export const KEY_RULES = {
  'H(min(S))': ({ hash, S }: SecretValues) => digest(hash, minimal(S)),
  'H(PAD(S))': ({ group, hash, S }: SecretValues) => digest(hash, pad(group, S)),
  'H(hex(S))': ({ hash, S }: SecretValues) => digest(hash, hexOf(S)),
  /** No separate K. */
  'min(S)': ({ S }: SecretValues) => minimal(S),
  /** fast-srp-hap: H(PAD(S) | 00000000) | H(PAD(S) | 00000001) for SHA-1, 40 bytes. */
  'H(PAD(S)), with SHA-1 twice as long': ({ group, hash, S }: SecretValues) => {
    const counted = (i: bigint) => digest(hash, pad(group, S), padded(i, 4));
    return hash === 'SHA-1' ? concat(counted(0n), counted(1n)) : digest(hash, pad(group, S));
  },
  /**
   * RFC 2945 §3.1: the hashes of the even and the odd bytes, interleaved; a first byte is dropped to make the
   * length even.
   */
  'SHA_Interleave(S)': ({ hash, S }: SecretValues) => {
    const minimalS = minimal(S);
    const T = minimalS.subarray(minimalS.length % 2);
    const half = (parity: number) => T.filter((_, i) => i % 2 === parity);
    const [even, odd] = [digest(hash, half(0)), digest(hash, half(1))];
    return new Uint8Array(2 * digestLength(hash)).map((_, i) => (i % 2 === 0 ? even : odd)[i >> 1] ?? 0);
  },
} as const;

/** How the session key is derived from S. */
export type KeyRule = keyof typeof KEY_RULES;

/** Returns the hash of the terms of a list, such as H(PAD(A) | PAD(B)). */
export function hashOf<T extends string, V extends GroupValues>(
  table: Readonly<Record<T, (values: V) => Uint8Array>>,
  terms: readonly T[],
  values: V,
): Uint8Array {
  return digest(values.hash, ...terms.map((term) => table[term](values)));
}
