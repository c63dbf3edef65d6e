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

interface ProofValues extends PublicValues {
  readonly identity: string;
  readonly salt: Uint8Array;
  readonly S: bigint;
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

const GROUP_TERMS = {
  N: ({ group }: GroupValues) => pad(group, group.N),
  'PAD(g)': ({ group }: GroupValues) => pad(group, group.g),
  'min(g)': ({ group }: GroupValues) => minimal(group.g),
} as const;

const PUBLIC_TERMS = {
  'PAD(A)': ({ group, A }: PublicValues) => pad(group, A),
  'PAD(B)': ({ group, B }: PublicValues) => pad(group, B),
  'min(A)': ({ A }: PublicValues) => minimal(A),
  'min(B)': ({ B }: PublicValues) => minimal(B),
  'hex(A)': ({ A }: PublicValues) => hexOf(A),
  'hex(B)': ({ B }: PublicValues) => hexOf(B),
} as const;

const PROOF_TERMS = {
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

const ANSWER_TERMS = {
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

const KEY_RULES = {
  'H(min(S))': (_: Group, hash: HashName, S: bigint) => digest(hash, minimal(S)),
  'H(PAD(S))': (group: Group, hash: HashName, S: bigint) => digest(hash, pad(group, S)),
  'H(hex(S))': (_: Group, hash: HashName, S: bigint) => digest(hash, hexOf(S)),
  /** No separate K. */
  'min(S)': (_: Group, __: HashName, S: bigint) => minimal(S),
  /** fast-srp-hap: H(PAD(S) | 00000000) | H(PAD(S) | 00000001) for SHA-1, 40 bytes. */
  'H(PAD(S)), with SHA-1 twice as long': (group: Group, hash: HashName, S: bigint) => {
    const counted = (i: bigint) => digest(hash, pad(group, S), padded(i, 4));
    return hash === 'SHA-1' ? concat(counted(0n), counted(1n)) : digest(hash, pad(group, S));
  },
  /**
   * RFC 2945 §3.1: the hashes of the even and the odd bytes, interleaved; a first byte is dropped to make the
   * length even.
   */
  'SHA_Interleave(S)': (_: Group, hash: HashName, S: bigint) => {
    const minimalS = minimal(S);
    const T = minimalS.subarray(minimalS.length % 2);
    const [even, odd] = [0, 1].map((parity) =>
      digest(
        hash,
        T.filter((_, i) => i % 2 === parity),
      ),
    );
    const K = new Uint8Array(2 * digestLength(hash));
    return K.map((_, i) => (i % 2 === 0 ? even : odd)?.[i >> 1] ?? 0);
  },
} as const satisfies Record<string, (group: Group, hash: HashName, S: bigint) => Uint8Array>;

/** How the session key is derived from S. */
export type KeyRule = keyof typeof KEY_RULES;

/** H(N | PAD(g)), or what the dialect hashes instead. */
export function hashOfGroup(terms: readonly GroupTerm[], values: GroupValues): Uint8Array {
  return digest(values.hash, ...terms.map((term) => GROUP_TERMS[term](values)));
}

/** H(PAD(A) | PAD(B)), or what the dialect hashes instead. */
export function hashOfPublicValues(terms: readonly PublicTerm[], values: PublicValues): Uint8Array {
  return digest(values.hash, ...terms.map((term) => PUBLIC_TERMS[term](values)));
}

/** K */
export function sessionKeyOf(rule: KeyRule, group: Group, hash: HashName, S: bigint): Uint8Array {
  return KEY_RULES[rule](group, hash, S);
}

/** M1 */
export function clientProofOf(terms: readonly ProofTerm[], values: ProofValues): Uint8Array {
  return digest(values.hash, ...terms.map((term) => PROOF_TERMS[term](values)));
}

/** M2 */
export function serverProofOf(terms: readonly AnswerTerm[], values: AnswerValues): Uint8Array {
  return digest(values.hash, ...terms.map((term) => ANSWER_TERMS[term](values)));
}
