/** The steps of an exchange in a dialect that client and server share. */
import { expectBytes, expectText } from '../argument.ts';
import { equalBytes, toNumber } from '../encoding.ts';
import { scramblerFrom } from '../equations.ts';
import { SrpError } from '../errors.ts';
import { digestLength } from '../hash.ts';
import { readElement } from '../public-value.ts';
import { MAX_NAME_LENGTH, MAX_PASSWORD_BYTES } from '../verifier.ts';
import { computeX } from '../x.ts';
import type { DialectSetting } from './dialect.ts';
import { ANSWER_TERMS, GROUP_TERMS, hashOf, KEY_RULES, PROOF_TERMS, PUBLIC_TERMS } from './terms.ts';
import { decode, type Salt, type WireForm } from './wire.ts';

/** k */
export function dialectMultiplier({ dialect, group, hash }: DialectSetting): bigint {
  return dialect.k === 1 ? 1n : toNumber(hashOf(GROUP_TERMS, dialect.k, { group, hash }));
}

/** u */
export function dialectScrambler({ dialect, group, hash }: DialectSetting, A: bigint, B: bigint): bigint {
  const hashed = hashOf(PUBLIC_TERMS, dialect.u, { group, hash, A, B });
  return scramblerFrom(hashed.subarray(0, dialect.uBytes));
}

export interface Person {
  readonly identity: string;
  readonly password: Uint8Array;
}

/** x */
export function dialectX({ dialect, group, hash }: DialectSetting, person: Person, salt: Salt): bigint {
  const identity = expectText('identity', person.identity, MAX_NAME_LENGTH);
  const password = expectBytes('password', person.password, 0, MAX_PASSWORD_BYTES);
  return computeX(dialect.x, { group, hash, salt: salt.bytes, saltDigits: salt.digits, identity, password });
}

/** The inputs of K and the proofs. */
export interface Shared {
  readonly A: bigint;
  readonly B: bigint;
  readonly S: bigint;
  readonly identity: string;
  readonly salt: Salt;
}

/** The results on both sides. */
export interface Outcome {
  readonly K: Uint8Array;
  readonly M1: Uint8Array;
  readonly M2: Uint8Array;
}

/** K, M1 and M2. */
export function dialectOutcome(
  { dialect, group, hash }: DialectSetting<WireForm, 'proofs'>,
  { salt, ...shared }: Shared,
): Outcome {
  const K = KEY_RULES[dialect.ending.K]({ group, hash, S: shared.S });
  const values = { ...shared, group, hash, salt: salt.bytes, K };
  const M1 = hashOf(PROOF_TERMS, dialect.ending.M1, values);
  return { K, M1, M2: hashOf(ANSWER_TERMS, dialect.ending.M2, { ...values, M1 }) };
}

export function dialectPremaster(
  { dialect, group, hash }: DialectSetting<WireForm, 'premaster'>,
  S: bigint,
): Uint8Array {
  return KEY_RULES[dialect.ending.premaster]({ group, hash, S });
}

/**
 * Reads A, B or v from the wire, before any arithmetic.
 *
 * @throws {SrpError} bad_public_value, or bad_verifier for v
 */
export function readDialectElement(
  { dialect, group }: DialectSetting,
  name: 'A' | 'B' | 'verifier',
  value: unknown,
): bigint {
  const code = name === 'verifier' ? 'bad_verifier' : 'bad_public_value';
  const bytes = decode(dialect.wire, 'numbers', name, value, group.bytes);
  if (!bytes) throw new SrpError(code, `${name} is not in the encoding of the dialect`);
  return readElement(group, bytes, code);
}

export function isProof(
  { dialect, hash }: DialectSetting,
  name: string,
  value: unknown,
  expected: Uint8Array,
): boolean {
  const proof = decode(dialect.wire, 'proofs', name, value, digestLength(hash));
  return proof !== undefined && equalBytes(proof, expected);
}
