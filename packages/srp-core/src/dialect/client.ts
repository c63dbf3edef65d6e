/**
 * The client half in a dialect, one function per message:
 *
 * 1. `startDialectClient` generates a and computes A.
 * 2. `proveDialectClient` takes salt and B, computes S and returns M1.
 * 3. `checkDialectServer` takes M2 and returns the session key.
 *
 * Where TLS itself provides the proof, `clientPremaster` replaces 2 and 3. `computeDialectVerifier` is for
 * registration.
 */
import { expectObject } from '../argument.ts';
import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { clientEphemeral, type EphemeralOptions } from '../ephemeral.ts';
import { clientSecret, verifierOf } from '../equations.ts';
import { SrpError } from '../errors.ts';
import { SingleUse, takeFrom } from '../single-use.ts';
import { formulasOf } from './dialect.ts';
import type { DialectSetting, Formulas, Outcome, Person, Shared } from './formulas.ts';
import type { DialectKind } from './table.ts';
import { encode, readSalt, type WireForm, type WireValues } from './wire.ts';

interface StartSecrets<F extends WireForm, K extends DialectKind> {
  readonly formulas: Formulas<F, K>;
  readonly A: bigint;
  readonly a: bigint;
  readonly engine: Engine;
}

interface ProofSecrets {
  readonly formulas: Formulas<WireForm, 'proofs'>;
  readonly outcome: Outcome;
}

/** A started exchange: send `A`, keep the value for one `proveDialectClient` or `clientPremaster`. */
export class DialectClientStart<F extends WireForm, K extends DialectKind> extends SingleUse<
  StartSecrets<F, K>
> {
  /** A in the dialect's encoding. */
  readonly A: WireValues[F];
  /** The next step: `proveDialectClient` for `proofs`, `clientPremaster` for `premaster`. */
  readonly kind: K;

  constructor(A: WireValues[F], secrets: StartSecrets<F, K>) {
    super(secrets);
    this.A = A;
    this.kind = secrets.formulas.dialect.kind;
  }
}

/** A client with its proof: send `M1`, keep the value for one `checkDialectServer`. */
export class DialectClientProof<F extends WireForm> extends SingleUse<ProofSecrets> {
  /** M1 in the dialect's encoding. */
  readonly M1: WireValues[F];

  constructor(M1: WireValues[F], secrets: ProofSecrets) {
    super(secrets);
    this.M1 = M1;
  }
}

/** The server's first message, and the user who answers it. */
export interface DialectChallenge<F extends WireForm> extends Person {
  /** I, as the dialect hashes it. */
  readonly identity: string;
  /** P in bytes (0 to 4096): the password as UTF-8, or stretched as the account requires. */
  readonly password: Uint8Array;
  /** The salt as received. */
  readonly salt: WireValues[F];
  /** B as received. */
  readonly B: WireValues[F];
}

/**
 * Starts an exchange: generates a (32 random bytes) and computes A = g^a.
 *
 * @throws {TypeError} for an invalid setting
 * @throws {RangeError} for a group or hash that the dialect does not support
 */
export function startDialectClient<F extends WireForm, K extends DialectKind>(
  options: DialectSetting<F, K> & EphemeralOptions,
): DialectClientStart<F, K> {
  const formulas = formulasOf(options);
  const ephemeral = clientEphemeral(formulas.group, options);
  return new DialectClientStart(formulas.write(ephemeral.A), { formulas, ...ephemeral });
}

/**
 * Computes S from the challenge and returns M1.
 *
 * @throws {SrpError} bad_public_value for a B that no honest server sends
 * @throws {SrpError} already_used
 */
export function proveDialectClient<F extends WireForm>(
  start: DialectClientStart<F, 'proofs'>,
  challenge: DialectChallenge<F>,
): DialectClientProof<F> {
  const { formulas, shared } = answer(start, 'proofs', challenge);
  const outcome = formulas.outcome(shared);
  return new DialectClientProof(encode(formulas.dialect.wire, 'proofs', outcome.M1), { formulas, outcome });
}

/**
 * Verifies M2 and returns the session key: K, or min(S) in dialects without K.
 *
 * @throws {SrpError} proof_mismatch
 * @throws {SrpError} already_used
 */
export function checkDialectServer<F extends WireForm>(
  proof: DialectClientProof<F>,
  M2: WireValues[F],
): { sessionKey: Uint8Array } {
  expectObject('proof', proof);
  const { formulas, outcome } = takeFrom('proof', DialectClientProof, proof);
  if (!formulas.isProof('M2', M2, outcome.M2))
    throw new SrpError('proof_mismatch', 'the server did not prove that it has the verifier');
  return { sessionKey: outcome.K };
}

/**
 * Returns the premaster secret min(S) for TLS. It proves nothing; only the peer's Finished message does.
 * Throws as `proveDialectClient` does.
 */
export function clientPremaster<F extends WireForm>(
  start: DialectClientStart<F, 'premaster'>,
  challenge: DialectChallenge<F>,
): Uint8Array {
  const { formulas, shared } = answer(start, 'premaster', challenge);
  return formulas.premaster(shared.S);
}

function answer<F extends WireForm, K extends DialectKind>(
  start: DialectClientStart<F, K>,
  kind: K,
  challenge: DialectChallenge<F>,
): { formulas: Formulas<F, K>; shared: Shared } {
  expectObject('start', start);
  expectObject('challenge', challenge);
  if (start.kind !== kind) throw new TypeError(`"start" expected a dialect that ends with ${kind}`);
  const { formulas, A, a, engine } = takeFrom<StartSecrets<F, K>>('start', DialectClientStart, start);
  const B = formulas.read('B', challenge.B);
  const salt = readSalt(formulas.dialect.wire, challenge.salt);
  const x = formulas.x(challenge, salt);
  const S = clientSecret(formulas.group, { B, k: formulas.k(), u: formulas.u(A, B), x, a }, engine);
  return { formulas, shared: { A, B, S, identity: challenge.identity, salt } };
}

/** Returns v = g^x in the dialect's encoding, for registration with a server that speaks the dialect. */
export function computeDialectVerifier<F extends WireForm>(
  options: DialectSetting<F> &
    Person & {
      /** The salt in the dialect's encoding, at most 1024 bytes. */
      readonly salt: WireValues[F];
      readonly engine?: Engine | undefined;
    },
): WireValues[F] {
  const formulas = formulasOf(options);
  const { group, dialect } = formulas;
  const x = formulas.x(options, readSalt(dialect.wire, options.salt));
  return formulas.write(verifierOf(group, x, engineOr(options.engine, group)));
}
