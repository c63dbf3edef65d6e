/**
 * The client half in a dialect, one function per message:
 *
 * 1. `startDialectClient` draws a and makes A.
 * 2. `proveDialectClient` takes salt and B, computes S and makes M1.
 * 3. `checkDialectServer` takes M2; only now there is a session key.
 *
 * Where the proof is TLS's own, `clientPremaster` stands in the place of 2 and 3.
 */
import { expectObject } from '../argument.ts';
import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { clientSecret } from '../equations.ts';
import { SrpError } from '../errors.ts';
import { pad } from '../public-value.ts';
import { hostRandomBytes, type RandomBytes, randomExponent } from '../random.ts';
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
  readDialectPublic,
  type Shared,
} from './exchange.ts';
import type { DialectKind } from './table.ts';
import { readSalt, type WireForm, type WireValues, writeNumber, writeProof } from './wire.ts';

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

/** A started exchange: send `A`, keep the rest for one `proveDialectClient` or `clientPremaster`. */
export class DialectClientStart<F extends WireForm, K extends DialectKind> extends SingleUse<
  StartSecrets<F, K>
> {
  /** A as the dialect writes it. */
  readonly A: WireValues[F];
  /** What comes next: `proveDialectClient` for `proofs`, `clientPremaster` for `premaster`. */
  readonly kind: K;

  constructor(A: WireValues[F], secrets: StartSecrets<F, K>) {
    super(secrets);
    this.A = A;
    this.kind = secrets.setting.dialect.kind;
  }
}

/** A proven client: send `M1`, keep the rest for one `checkDialectServer`. */
export class DialectClientProof<F extends WireForm> extends SingleUse<ProofSecrets> {
  /** M1 as the dialect writes it. */
  readonly M1: WireValues[F];

  constructor(M1: WireValues[F], secrets: ProofSecrets) {
    super(secrets);
    this.M1 = M1;
  }
}

/** The server's first message, and who answers it. */
export interface DialectChallenge<F extends WireForm> extends Person {
  /** I, as the dialect hashes it. */
  readonly identity: string;
  /** P in bytes (0 to 4096): UTF-8 of the text, or what the account's own stretching makes of it. */
  readonly password: Uint8Array;
  /** The salt as it arrived. */
  readonly salt: WireValues[F];
  /** B as it arrived. */
  readonly B: WireValues[F];
}

/**
 * Draws a (32 random bytes) and makes A = g^a. `TypeError` or `RangeError` for a group or hash that the dialect
 * does not have.
 */
export function startDialectClient<F extends WireForm, K extends DialectKind>(
  options: DialectSetting<F, K> & {
    /** For test vectors only: asked for 32 bytes, may return up to the length of N. */
    readonly randomBytes?: RandomBytes;
    readonly engine?: Engine;
  },
): DialectClientStart<F, K> {
  const setting = expectSetting(options);
  const { group, dialect } = setting;
  const engine = engineOr(options.engine, group);
  const a = randomExponent(options.randomBytes ?? hostRandomBytes, group.bytes);
  // A = g^a
  const A = engine.power(group, group.g, a);
  return new DialectClientStart(writeNumber(dialect.wire, pad(group, A)), { setting, A, a, engine });
}

/**
 * Computes S from the challenge and makes M1. Throws `SrpError('bad_public_value')` for a B that no honest server
 * sends, `SrpError('already_used')` at the second use of a start.
 */
export function proveDialectClient<F extends WireForm>(
  start: DialectClientStart<F, 'proofs'>,
  challenge: DialectChallenge<F>,
): DialectClientProof<F> {
  const { setting, shared } = answer(start, 'proofs', challenge);
  const outcome = dialectOutcome(setting, shared);
  return new DialectClientProof(writeProof(setting.dialect.wire, outcome.M1), { setting, outcome });
}

/**
 * Believes the server if M2 is right, and gives the session key: K, or min(S) in dialects that have none. Throws
 * `SrpError('proof_mismatch')` otherwise.
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
 * The premaster secret min(S) for TLS. It proves nothing: only the peer's Finished message does. Throws as
 * `proveDialectClient` does.
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
  const B = readDialectPublic(setting, 'B', challenge.B);
  const salt = readSalt(dialect.wire, challenge.salt);
  const x = dialectX(setting, challenge, salt);
  const u = dialectScrambler(setting, A, B);
  const S = clientSecret(group, { B, k: dialectMultiplier(setting), u, x, a }, engine);
  return { setting, shared: { A, B, S, identity: challenge.identity, salt } };
}
