/**
 * The client half in a dialect, one function per message:
 *
 * 1. `startDialectClient` generates a and computes A.
 * 2. `proveDialectClient` takes salt and B, computes S and returns M1.
 * 3. `checkDialectServer` takes M2 and returns the session key.
 *
 * Where TLS itself provides the proof, `clientPremaster` replaces 2 and 3.
 */
import { expectObject } from '../argument.ts';
import type { Engine } from '../engine/interface.ts';
import { clientEphemeral, type EphemeralOptions } from '../ephemeral.ts';
import { clientSecret } from '../equations.ts';
import { SrpError } from '../errors.ts';
import { pad } from '../public-value.ts';
import { SingleUse, takeFrom } from '../single-use.ts';
import { type DialectSetting, expectSetting } from './dialect.ts';
import {
  dialectMultiplier,
  dialectOutcome,
  dialectPremaster,
  dialectScrambler,
  dialectX,
  isProof,
  type Outcome,
  type Person,
  readDialectElement,
  type Shared,
} from './exchange.ts';
import type { DialectKind } from './table.ts';
import { encode, readSalt, type WireForm, type WireValues } from './wire.ts';

interface StartSecrets<F extends WireForm, K extends DialectKind> {
  readonly setting: DialectSetting<F, K>;
  readonly A: bigint;
  readonly a: bigint;
  readonly engine: Engine;
}

interface ProofSecrets {
  readonly setting: DialectSetting<WireForm, 'proofs'>;
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
    this.kind = secrets.setting.dialect.kind;
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
  const setting = expectSetting(options);
  const { group, dialect } = setting;
  const ephemeral = clientEphemeral(group, options);
  const A = encode(dialect.wire, 'numbers', pad(group, ephemeral.A));
  return new DialectClientStart(A, { setting, ...ephemeral });
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
  const { setting, shared } = answer(start, 'proofs', challenge);
  const outcome = dialectOutcome(setting, shared);
  return new DialectClientProof(encode(setting.dialect.wire, 'proofs', outcome.M1), { setting, outcome });
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
  const { setting, outcome } = takeFrom('proof', DialectClientProof, proof);
  if (!isProof(setting, 'M2', M2, outcome.M2))
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
  const { setting, shared } = answer(start, 'premaster', challenge);
  return dialectPremaster(setting, shared.S);
}

function answer<F extends WireForm, K extends DialectKind>(
  start: DialectClientStart<F, K>,
  kind: K,
  challenge: DialectChallenge<F>,
): { setting: DialectSetting<F, K>; shared: Shared } {
  expectObject('start', start);
  expectObject('challenge', challenge);
  if (start.kind !== kind) throw new TypeError(`"start" expected a dialect that ends with ${kind}`);
  const { setting, A, a, engine } = takeFrom<StartSecrets<F, K>>('start', DialectClientStart, start);
  const { group, dialect } = setting;
  const B = readDialectElement(setting, 'B', challenge.B);
  const salt = readSalt(dialect.wire, challenge.salt);
  const x = dialectX(setting, challenge, salt);
  const u = dialectScrambler(setting, A, B);
  const S = clientSecret(group, { B, k: dialectMultiplier(setting), u, x, a }, engine);
  return { setting, shared: { A, B, S, identity: challenge.identity, salt } };
}
