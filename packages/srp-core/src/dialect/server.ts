/**
 * The server half in a dialect, one function per message:
 *
 * 1. `startDialectServer` generates b and computes B. The pending value is kept in memory.
 * 2. `checkDialectClient` takes A and M1, and returns M2 and the session key if M1 is correct.
 *
 * Where TLS itself provides the proof, `serverPremaster` replaces 2.
 */
import { expectObject, expectText } from '../argument.ts';
import type { Engine, SecretExponent } from '../engine/interface.ts';
import { type EphemeralOptions, serverEphemeral } from '../ephemeral.ts';
import { serverSecret } from '../equations.ts';
import { SingleUse, takeFrom } from '../single-use.ts';
import { MAX_NAME_LENGTH } from '../verifier.ts';
import { formulasOf } from './dialect.ts';
import type { DialectSetting, Formulas, Shared } from './formulas.ts';
import type { DialectKind } from './table.ts';
import { encode, encodeSalt, readSalt, type Salt, type WireForm, type WireValues } from './wire.ts';

interface StartSecrets<F extends WireForm, K extends DialectKind> {
  readonly formulas: Formulas<F, K>;
  readonly identity: string;
  readonly salt: Salt;
  readonly v: bigint;
  readonly B: bigint;
  /** b, in the engine's form. */
  readonly exponent: SecretExponent;
  readonly engine: Engine;
}

/** A started exchange: send `salt` and `B`, keep it for `checkDialectClient` or `serverPremaster`. */
export class DialectServerStart<F extends WireForm, K extends DialectKind> extends SingleUse<
  StartSecrets<F, K>
> {
  /** B in the dialect's encoding. */
  readonly B: WireValues[F];
  /** The salt in the dialect's encoding. */
  readonly salt: WireValues[F];
  /** The next step: `checkDialectClient` for `proofs`, `serverPremaster` for `premaster`. */
  readonly kind: K;

  constructor(secrets: StartSecrets<F, K>) {
    super(secrets);
    const { formulas, B, salt } = secrets;
    this.B = formulas.write(B);
    this.salt = encodeSalt(formulas.dialect.wire, salt);
    this.kind = formulas.dialect.kind;
  }
}

/** An account as the server stores it. */
export interface DialectAccount<F extends WireForm> {
  /** I, as the dialect hashes it. */
  readonly identity: string;
  readonly salt: WireValues[F];
  readonly verifier: WireValues[F];
}

/**
 * Starts an exchange: generates b (32 random bytes) and computes B = k·v + g^b.
 *
 * @throws {SrpError} bad_verifier
 * @throws {TypeError} for an invalid setting
 * @throws {RangeError} for a group or hash that the dialect does not support
 */
export function startDialectServer<F extends WireForm, K extends DialectKind>(
  options: DialectSetting<F, K> & DialectAccount<F> & EphemeralOptions,
): DialectServerStart<F, K> {
  const formulas = formulasOf(options);
  const identity = expectText('identity', options.identity, MAX_NAME_LENGTH);
  const salt = readSalt(formulas.dialect.wire, options.salt);
  const v = formulas.read('verifier', options.verifier);
  const ephemeral = serverEphemeral(formulas.group, formulas.k(), v, options);
  return new DialectServerStart({ formulas, identity, salt, v, ...ephemeral });
}

/** The result of checking the client's proof. */
export type DialectClientCheck<F extends WireForm> =
  /** The password was correct. Send `M2`. `sessionKey` is K, or min(S) in dialects without K. */
  | { readonly outcome: 'proven'; readonly M2: WireValues[F]; readonly sessionKey: Uint8Array }
  | { readonly outcome: 'wrong_proof' };

/**
 * Checks A and M1.
 *
 * @throws {SrpError} bad_public_value for an A that no honest client sends
 * @throws {SrpError} already_used
 */
export function checkDialectClient<F extends WireForm>(
  start: DialectServerStart<F, 'proofs'>,
  answer: { readonly A: WireValues[F]; readonly M1: WireValues[F] },
): DialectClientCheck<F> {
  const { formulas, shared } = meet(start, 'proofs', answer);
  const { K, M1, M2 } = formulas.outcome(shared);
  if (!formulas.isProof('M1', answer.M1, M1)) return { outcome: 'wrong_proof' };
  return { outcome: 'proven', M2: encode(formulas.dialect.wire, 'proofs', M2), sessionKey: K };
}

/**
 * Returns the premaster secret min(S) for TLS. It proves nothing; only the peer's Finished message does.
 * Throws as `checkDialectClient` does.
 */
export function serverPremaster<F extends WireForm>(
  start: DialectServerStart<F, 'premaster'>,
  answer: { readonly A: WireValues[F] },
): Uint8Array {
  const { formulas, shared } = meet(start, 'premaster', answer);
  return formulas.premaster(shared.S);
}

function meet<F extends WireForm, K extends DialectKind>(
  start: DialectServerStart<F, K>,
  kind: K,
  answer: { readonly A: WireValues[F] },
): { formulas: Formulas<F, K>; shared: Shared } {
  expectObject('start', start);
  expectObject('answer', answer);
  if (start.kind !== kind) throw new TypeError(`"start" expected a dialect that ends with ${kind}`);
  const secrets = takeFrom<StartSecrets<F, K>>('start', DialectServerStart, start);
  const { formulas, identity, salt, v, B, exponent, engine } = secrets;
  const A = formulas.read('A', answer.A);
  const S = serverSecret(formulas.group, { A, v, u: formulas.u(A, B), b: exponent }, engine);
  return { formulas, shared: { A, B, S, identity, salt } };
}
