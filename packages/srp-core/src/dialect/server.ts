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
import { pad } from '../public-value.ts';
import { SingleUse, takeFrom } from '../single-use.ts';
import { MAX_NAME_LENGTH } from '../verifier.ts';
import { type DialectSetting, expectSetting } from './dialect.ts';
import {
  dialectMultiplier,
  dialectOutcome,
  dialectPremaster,
  dialectScrambler,
  isProof,
  readDialectElement,
  type Shared,
} from './exchange.ts';
import type { DialectKind } from './table.ts';
import { encode, encodeSalt, readSalt, type Salt, type WireForm, type WireValues } from './wire.ts';

interface StartSecrets<F extends WireForm, K extends DialectKind> {
  readonly setting: DialectSetting<F, K>;
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
    const { setting, B, salt } = secrets;
    const { wire, kind } = setting.dialect;
    this.B = encode(wire, 'numbers', pad(setting.group, B));
    this.salt = encodeSalt(wire, salt);
    this.kind = kind;
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
  const setting = expectSetting(options);
  const { group, dialect } = setting;
  const identity = expectText('identity', options.identity, MAX_NAME_LENGTH);
  const salt = readSalt(dialect.wire, options.salt);
  const v = readDialectElement(setting, 'verifier', options.verifier);
  const ephemeral = serverEphemeral(group, dialectMultiplier(setting), v, options);
  return new DialectServerStart({ setting, identity, salt, v, ...ephemeral });
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
  const { setting, shared } = meet(start, 'proofs', answer);
  const { K, M1, M2 } = dialectOutcome(setting, shared);
  if (!isProof(setting, 'M1', answer.M1, M1)) return { outcome: 'wrong_proof' };
  return { outcome: 'proven', M2: encode(setting.dialect.wire, 'proofs', M2), sessionKey: K };
}

/**
 * Returns the premaster secret min(S) for TLS. It proves nothing; only the peer's Finished message does.
 * Throws as `checkDialectClient` does.
 */
export function serverPremaster<F extends WireForm>(
  start: DialectServerStart<F, 'premaster'>,
  answer: { readonly A: WireValues[F] },
): Uint8Array {
  const { setting, shared } = meet(start, 'premaster', answer);
  return dialectPremaster(setting, shared.S);
}

function meet<F extends WireForm, K extends DialectKind>(
  start: DialectServerStart<F, K>,
  kind: K,
  answer: { readonly A: WireValues[F] },
): { setting: DialectSetting<F, K>; shared: Shared } {
  expectObject('start', start);
  expectObject('answer', answer);
  if (start.kind !== kind) throw new TypeError(`"start" expected a dialect that ends with ${kind}`);
  const secrets = takeFrom<StartSecrets<F, K>>('start', DialectServerStart, start);
  const { setting, identity, salt, v, B, exponent, engine } = secrets;
  const A = readDialectElement(setting, 'A', answer.A);
  const u = dialectScrambler(setting, A, B);
  const S = serverSecret(setting.group, { A, v, u, b: exponent }, engine);
  return { setting, shared: { A, B, S, identity, salt } };
}
