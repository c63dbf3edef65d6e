/** Compares RFC 2945 with an independent implementation of its text. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DIALECTS, findMigrationGroup, rawPassword, replayDialect } from '../src/index.ts';
import { bytes, hex } from './bytes.ts';

const group = findMigrationGroup('migration-1024')!;
const { N, g } = group;
const identity = 'alice';
const password = rawPassword('password123');
const salt = bytes('00beb25379d1a8581eb5a727673a2441');

function sha(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The shortest big-endian bytes. */
function bytesOf(n: bigint): Buffer {
  const digits = n.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

function numberOf(value: Uint8Array): bigint {
  return BigInt(`0x${hex(value)}`);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** §3.1, SHA_Interleave */
function interleave(S: bigint): Buffer {
  let T = bytesOf(S);
  if (T.length % 2 === 1) T = T.subarray(1);
  const G = sha(T.filter((_, i) => i % 2 === 0));
  const H = sha(T.filter((_, i) => i % 2 === 1));
  const result: number[] = [];
  for (let i = 0; i < 20; i++) result.push(G[i]!, H[i]!);
  return Buffer.from(result);
}

/** §3, with k = 1 and the u of RFC 2945, or those given. */
function reference(a: Uint8Array, b: Uint8Array, of?: { k: bigint; u(A: bigint, B: bigint): bigint }) {
  const x = numberOf(sha(salt, sha(identity, ':', password)));
  const v = power(g, x);
  const k = of?.k ?? 1n;
  const A = power(g, numberOf(a));
  const B = (k * v + power(g, numberOf(b))) % N;
  const u = of ? of.u(A, B) : numberOf(sha(bytesOf(B)).subarray(0, 4));
  const S = power(A * power(v, u), numberOf(b));
  const K = interleave(S);
  const hashOfG = sha(bytesOf(g));
  const mixed = sha(bytesOf(N)).map((byte, i) => byte ^ hashOfG[i]!);
  const M1 = sha(mixed, sha(identity), salt, bytesOf(A), bytesOf(B), K);
  return { x, v, A, B, u, S, K: hex(K), M1: hex(M1), M2: hex(sha(bytesOf(A), M1, K)) };
}

function replay(dialect: typeof DIALECTS.rfc2945 | (typeof DIALECTS)['rfc2945-proofs'], i: number) {
  const [a, b] = [
    createHash('sha256').update(`a${i}`).digest(),
    createHash('sha256').update(`b${i}`).digest(),
  ];
  const setting = { dialect, group, hash: 'SHA-1', identity, password, salt } as const;
  return { a, b, values: replayDialect({ ...setting, a, b }) };
}

function numbers({ x, v, A, B, u, S, K, M1, M2 }: ReturnType<typeof replayDialect>) {
  const [ofK, ofM1, ofM2] = [K, M1, M2].map((value) => hex(value!));
  const [ofX, ofV, ofA, ofB, ofU, ofS] = [x, v, A, B, u, S].map(numberOf);
  return { x: ofX, v: ofV, A: ofA, B: ofB, u: ofU, S: ofS, K: ofK, M1: ofM1, M2: ofM2 };
}

describe('RFC 2945', () => {
  it.each([0, 1, 2, 3])('matches exchange %i of the rfc2945 dialect', (i) => {
    const { a, b, values } = replay(DIALECTS.rfc2945, i);
    expect(numbers(values)).toEqual(reference(a, b));
  });

  it('drops the first byte of an S of odd length', () => {
    const found = Array.from({ length: 3000 }, (_, i) => i).find(
      (i) => bytesOf(numberOf(replay(DIALECTS.rfc2945, i).values.S)).length % 2 === 1,
    );
    const { a, b, values } = replay(DIALECTS.rfc2945, found!);
    expect(values.S[0]).toBe(0);
    expect(numbers(values)).toEqual(reference(a, b));
  });

  it('matches its proofs with k and u of RFC 5054', () => {
    const pad = (n: bigint) => Buffer.from(n.toString(16).padStart(256, '0'), 'hex');
    const k = numberOf(sha(pad(N), pad(g)));
    const { a, b, values } = replay(DIALECTS['rfc2945-proofs'], 0);
    expect(numbers(values)).toEqual(reference(a, b, { k, u: (A, B) => numberOf(sha(pad(A), pad(B))) }));
  });
});
