/** The formulas of a dialect with one group and hash, which client and server share. */
import { expectBytes, expectText } from '../argument.ts';
import { equalBytes, toNumber } from '../encoding.ts';
import { scramblerFrom } from '../equations.ts';
import { SrpError } from '../errors.ts';
import type { Group } from '../group.ts';
import { digestLength, type HashName } from '../hash.ts';
import { pad, readElement } from '../public-value.ts';
import { MAX_NAME_LENGTH, MAX_PASSWORD_BYTES } from '../verifier.ts';
import { computeX } from '../x.ts';
import type { Dialect, DialectKind } from './table.ts';
import { ANSWER_TERMS, GROUP_TERMS, hashOf, KEY_RULES, PROOF_TERMS, PUBLIC_TERMS } from './terms.ts';
import { decode, encode, type Salt, type WireForm, type WireValues } from './wire.ts';

/** What both sides of a dialect agree on in advance. Never take any of it from the peer. */
export interface DialectSetting<F extends WireForm = WireForm, K extends DialectKind = DialectKind> {
  /** From `DIALECTS`. */
  readonly dialect: Dialect<F, K>;
  /** From `findGroup`, or from `findMigrationGroup` for the two small groups of existing accounts. */
  readonly group: Group;
  /** One of `dialect.hashes`; some dialects support only one. */
  readonly hash: HashName;
}

export interface Person {
  readonly identity: string;
  readonly password: Uint8Array;
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

/** The formulas of a setting, which `formulasOf` has checked. */
export class Formulas<F extends WireForm, K extends DialectKind> implements DialectSetting<F, K> {
  readonly dialect: Dialect<F, K>;
  readonly group: Group;
  readonly hash: HashName;

  constructor({ dialect, group, hash }: DialectSetting<F, K>) {
    this.dialect = dialect;
    this.group = group;
    this.hash = hash;
  }

  k(): bigint {
    const { k } = this.dialect;
    return k === 1 ? 1n : toNumber(hashOf(GROUP_TERMS, k, this));
  }

  u(A: bigint, B: bigint): bigint {
    const { group, hash, dialect } = this;
    const hashed = hashOf(PUBLIC_TERMS, dialect.u, { group, hash, A, B });
    return scramblerFrom(hashed.subarray(0, dialect.uBytes));
  }

  x(person: Person, salt: Salt): bigint {
    const identity = expectText('identity', person.identity, MAX_NAME_LENGTH);
    const password = expectBytes('password', person.password, 0, MAX_PASSWORD_BYTES);
    const input = { hash: this.hash, salt: salt.bytes, saltDigits: salt.digits, identity, password };
    return computeX(this.dialect.x, input);
  }

  outcome(this: Formulas<WireForm, 'proofs'>, { salt, ...shared }: Shared): Outcome {
    const { group, hash } = this;
    const { ending } = this.dialect;
    const K = KEY_RULES[ending.K]({ group, hash, S: shared.S });
    const values = { ...shared, group, hash, salt: salt.bytes, K };
    const M1 = hashOf(PROOF_TERMS, ending.M1, values);
    return { K, M1, M2: hashOf(ANSWER_TERMS, ending.M2, { ...values, M1 }) };
  }

  premaster(this: Formulas<WireForm, 'premaster'>, S: bigint): Uint8Array {
    return KEY_RULES[this.dialect.ending.premaster]({ group: this.group, hash: this.hash, S });
  }

  /** Encodes A, B or v. */
  write(n: bigint): WireValues[F] {
    return encode(this.dialect.wire, 'numbers', pad(this.group, n));
  }

  /**
   * Reads A, B or v from the wire, before any arithmetic.
   *
   * @throws {SrpError} bad_public_value, or bad_verifier for v
   */
  read(name: 'A' | 'B' | 'verifier', value: unknown): bigint {
    const code = name === 'verifier' ? 'bad_verifier' : 'bad_public_value';
    const bytes = decode(this.dialect.wire, 'numbers', name, value, this.group.bytes);
    if (!bytes) throw new SrpError(code, `${name} is not in the encoding of the dialect`);
    return readElement(this.group, bytes, code);
  }

  isProof(name: string, value: unknown, expected: Uint8Array): boolean {
    const proof = decode(this.dialect.wire, 'proofs', name, value, digestLength(this.hash));
    return proof !== undefined && equalBytes(proof, expected);
  }
}
