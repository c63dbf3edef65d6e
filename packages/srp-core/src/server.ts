/**
 * The server half of a login with the product's proof. One function per message:
 *
 * 1. `startServer` generates b and computes B. The pending value is kept in memory, or as bytes until
 *    `restoreServer`.
 * 2. `checkClient` takes A and M1, and returns M2 and the session key if M1 is correct.
 *
 * Each start can be used once: a second use throws `SrpError('already_used')`.
 */
import { expectBytes, expectObject } from './argument.ts';
import { copyOf, equalBytes } from './encoding.ts';
import { engineOr } from './engine/engine.ts';
import type { Engine, SecretExponent } from './engine/interface.ts';
import { type EphemeralOptions, serverEphemeral } from './ephemeral.ts';
import { serverSecret } from './equations.ts';
import { multiplier, scheduleKeys, scrambler } from './proof.ts';
import { pad, readElement } from './public-value.ts';
import { decodeServerState, encodeServerState } from './server-state.ts';
import { SingleUse, takeFrom } from './single-use.ts';
import type { Suite } from './suite.ts';
import { BINDING_BYTES, expectContext, type TranscriptContext, transcriptHash } from './transcript.ts';
import { readVerifier } from './verifier.ts';

interface ServerSecrets {
  readonly suite: Suite;
  readonly v: bigint;
  readonly b: bigint;
  /** PAD(B) */
  readonly padB: Uint8Array;
  /** b, in the engine's form. */
  readonly exponent: Pick<SecretExponent, 'power'>;
  readonly engine: Engine;
}

/** A started exchange: send `B`, keep the value for one `checkClient`. */
export class ServerStart extends SingleUse<ServerSecrets> {
  /** PAD(B) */
  readonly B: Uint8Array;

  constructor(secrets: ServerSecrets) {
    super(secrets);
    this.B = copyOf(secrets.padB);
  }

  /**
   * Returns the pending state as bytes, for servers whose next request may reach another process, and uses
   * this value up. The bytes contain b and the verifier: store them where only servers can read them, and
   * delete them when they are used.
   */
  toBytes(): Uint8Array {
    const { suite, v, b, padB } = takeFrom('start', ServerStart, this);
    return encodeServerState({ suite, v, b, B: padB });
  }
}

/**
 * Starts an exchange: generates b (32 random bytes) and computes B = k·v + g^b.
 *
 * @throws {SrpError} bad_verifier
 */
export function startServer(
  options: EphemeralOptions & { readonly suite: Suite; readonly verifier: Uint8Array },
): ServerStart {
  expectObject('options', options);
  const { suite } = options;
  const v = readVerifier(suite, options.verifier);
  const { group } = suite;
  const { B, ...secrets } = serverEphemeral(group, multiplier(group), v, options);
  return new ServerStart({ suite, v, padB: pad(group, B), ...secrets });
}

/**
 * Restores a pending value from `toBytes`.
 *
 * @throws {SrpError} bad_state for other bytes
 */
export function restoreServer(
  bytes: Uint8Array,
  options: { readonly engine?: Engine | undefined } = {},
): ServerStart {
  expectObject('options', options);
  const { suite, v, b, B } = decodeServerState(bytes);
  const { group } = suite;
  const engine = engineOr(options.engine, group);
  const exponent = { power: (base: bigint) => engine.power(group, base, b) };
  return new ServerStart({ suite, v, b, padB: B, exponent, engine });
}

/** The result of checking the client's proof. */
export type ClientCheck =
  /** The password was correct. Send `M2`. `sessionKey` (32 bytes) equals the client's. */
  | { readonly outcome: 'proven'; readonly M2: Uint8Array; readonly sessionKey: Uint8Array }
  /** The password was correct, over the channel that the client claims: a relay is in between. */
  | { readonly outcome: 'channel_mismatch' }
  | { readonly outcome: 'wrong_proof' };

/**
 * Checks A and M1.
 *
 * @param options `claimedBinding` is the client's own view of the channel, if it sent one. When it differs
 *   from the server's, both proofs are computed whatever M1 is, so that the timing does not reveal which one
 *   matched.
 * @throws {SrpError} bad_public_value for an A that no honest client sends
 * @throws {SrpError} already_used
 */
export function checkClient(
  start: ServerStart,
  options: {
    readonly context: TranscriptContext;
    readonly A: Uint8Array;
    readonly M1: Uint8Array;
    readonly claimedBinding?: Uint8Array | undefined;
  },
): ClientCheck {
  expectObject('start', start);
  expectObject('options', options);
  const context = expectContext(options.context);
  const padA = expectBytes('A', options.A, 0, Number.MAX_SAFE_INTEGER);
  const M1 = expectBytes('M1', options.M1, 0, Number.MAX_SAFE_INTEGER);
  const claimed = otherContext(context, options.claimedBinding);
  const { suite, v, padB, exponent, engine } = takeFrom('start', ServerStart, start, (secrets) => {
    if (context.suite !== secrets.suite)
      throw new RangeError('"context.suite" expected the suite of startServer');
  });
  const { group } = suite;
  const A = readElement(group, padA);
  const S = serverSecret(group, { A, v, u: scrambler(padA, padB), b: exponent }, engine);
  const keysOver = (seen: TranscriptContext) => scheduleKeys(group, transcriptHash(seen, padA, padB), S);
  const keys = keysOver(context);
  const proven = equalBytes(M1, keys.clientProof);
  const provenAsClaimed = claimed !== undefined && equalBytes(M1, keysOver(claimed).clientProof);
  if (proven) return { outcome: 'proven', M2: keys.serverProof(), sessionKey: keys.sessionKey() };
  return { outcome: provenAsClaimed ? 'channel_mismatch' : 'wrong_proof' };
}

/** Returns the context as the client claims to see it, if it differs and has the right length. */
function otherContext(
  context: TranscriptContext,
  claimed: Uint8Array | undefined,
): TranscriptContext | undefined {
  if (claimed === undefined) return undefined;
  const binding = expectBytes('claimedBinding', claimed, 0, Number.MAX_SAFE_INTEGER);
  if (binding.length !== BINDING_BYTES || equalBytes(binding, context.binding)) return undefined;
  return { ...context, binding };
}
