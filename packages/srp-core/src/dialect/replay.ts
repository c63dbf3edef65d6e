/**
 * Computes a whole exchange from the secrets of both sides: for test vectors, and for finding the first value
 * in which a peer differs. Logins do not use it.
 */
import { expectBytes } from '../argument.ts';
import { padded, toNumber } from '../encoding.ts';
import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { clientSecret, serverPublic, verifierOf } from '../equations.ts';
import { digestLength } from '../hash.ts';
import { pad } from '../public-value.ts';
import { formulasOf } from './dialect.ts';
import type { DialectSetting, Formulas, Outcome, Person } from './formulas.ts';
import type { DialectKind } from './table.ts';
import { readSalt, type WireForm, type WireValues } from './wire.ts';

/**
 * Every value of an exchange at full length, whatever the dialect sends or hashes: v, A, B and S have the
 * length of N; k, x, u, M1 and M2 that of the hash. K and the proofs are present only if the dialect has
 * them.
 */
export interface Replay extends Partial<Outcome> {
  readonly k: Uint8Array;
  readonly x: Uint8Array;
  readonly v: Uint8Array;
  readonly A: Uint8Array;
  readonly B: Uint8Array;
  readonly u: Uint8Array;
  readonly S: Uint8Array;
}

/** Computes the exchange that results from these secrets. `a` and `b` have 1 byte up to the length of N. */
export function replayDialect<F extends WireForm>(
  options: DialectSetting<F> &
    Person & {
      readonly salt: WireValues[F];
      readonly a: Uint8Array;
      readonly b: Uint8Array;
      readonly engine?: Engine | undefined;
    },
): Replay {
  const formulas = formulasOf(options);
  const { group, hash, dialect } = formulas;
  const engine = engineOr(options.engine, group);
  const salt = readSalt(dialect.wire, options.salt);
  const a = exponentOf('a', options.a, group.bytes);
  const b = exponentOf('b', options.b, group.bytes);
  const k = formulas.k();
  const x = formulas.x(options, salt);
  const v = verifierOf(group, x, engine);
  const A = engine.power(group, group.g, a);
  const B = serverPublic(group, k, v, engine.fix(group, b));
  const u = formulas.u(A, B);
  const S = clientSecret(group, { B, k, u, x, a }, engine);
  const numbers = { v: pad(group, v), A: pad(group, A), B: pad(group, B), S: pad(group, S) };
  const short = (n: bigint) => padded(n, digestLength(hash));
  const values = { k: short(k), x: short(x), u: short(u), ...numbers };
  if (!hasProofs(formulas)) return values;
  return { ...values, ...formulas.outcome({ A, B, S, identity: options.identity, salt }) };
}

function exponentOf(name: string, bytes: Uint8Array, maxBytes: number): bigint {
  const exponent = toNumber(expectBytes(name, bytes, 1, maxBytes));
  if (exponent === 0n) throw new RangeError(`"${name}" expected a number above 0`);
  return exponent;
}

function hasProofs(formulas: Formulas<WireForm, DialectKind>): formulas is Formulas<WireForm, 'proofs'> {
  return formulas.dialect.kind === 'proofs';
}
