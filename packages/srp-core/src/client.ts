/**
 * The client half of a login with the product's proof. One function per message:
 *
 * 1. `startClient` generates a and computes A.
 * 2. `proveClient` takes the challenge, computes S and returns M1.
 * 3. `checkServer` takes M2 and returns the session key.
 *
 * Each value can be used once: a second use throws `SrpError('already_used')`.
 */
import { expectBytes, expectObject } from './argument.ts';
import { copyOf, equalBytes } from './encoding.ts';
import type { Engine } from './engine/interface.ts';
import { clientEphemeral, type EphemeralOptions } from './ephemeral.ts';
import { clientSecret } from './equations.ts';
import { SrpError } from './errors.ts';
import { expectGroup, type Group } from './group.ts';
import { multiplier, PROOF_BYTES, scheduleKeys, scrambler } from './proof.ts';
import { pad, readElement } from './public-value.ts';
import { SingleUse, takeFrom } from './single-use.ts';
import { expectContext, type TranscriptContext, transcriptHash } from './transcript.ts';
import { MAX_PASSWORD_BYTES } from './verifier.ts';
import { computeX } from './x.ts';

interface ClientSecrets {
  readonly group: Group;
  /** PAD(A) */
  readonly padA: Uint8Array;
  readonly a: bigint;
  readonly engine: Engine;
}

interface Expected {
  readonly M2: Uint8Array;
  readonly sessionKey: Uint8Array;
}

/** A started exchange: send `A`, keep the value for one `proveClient`. */
export class ClientStart extends SingleUse<ClientSecrets> {
  /** PAD(A) */
  readonly A: Uint8Array;

  constructor(secrets: ClientSecrets) {
    super(secrets);
    this.A = copyOf(secrets.padA);
  }
}

/** A client with its proof: send `M1`, keep the value for one `checkServer`. */
export class ClientProof extends SingleUse<Expected> {
  /** 32 bytes. */
  readonly M1: Uint8Array;

  constructor(M1: Uint8Array, expected: Expected) {
    super(expected);
    this.M1 = M1;
  }
}

/** Starts a login: generates a (32 random bytes) and computes A = g^a. */
export function startClient(options: EphemeralOptions & { readonly group: Group }): ClientStart {
  expectObject('options', options);
  const group = expectGroup(options.group);
  const { a, A, engine } = clientEphemeral(group, options);
  return new ClientStart({ group, padA: pad(group, A), a, engine });
}

/**
 * Computes S from the challenge and proves the password.
 *
 * @param options `password` is P′: prepared and stretched as the challenge requires
 * @throws {SrpError} bad_public_value for a B that no honest server sends; abort the exchange
 * @throws {SrpError} already_used
 */
export function proveClient(
  start: ClientStart,
  options: { readonly context: TranscriptContext; readonly password: Uint8Array; readonly B: Uint8Array },
): ClientProof {
  expectObject('start', start);
  expectObject('options', options);
  const context = expectContext(options.context);
  const { suite, identity, salt } = context;
  const password = expectBytes('password', options.password, 0, MAX_PASSWORD_BYTES);
  const padB = expectBytes('B', options.B, 0, Number.MAX_SAFE_INTEGER);
  const { group, padA, a, engine } = takeFrom('start', ClientStart, start, (secrets) => {
    if (suite.group !== secrets.group)
      throw new RangeError('"context.suite" expected the group of startClient');
  });
  const B = readElement(group, padB);
  const u = scrambler(padA, padB);
  const x = computeX(suite.x, { hash: suite.hash, salt, identity, password });
  const S = clientSecret(group, { B, k: multiplier(group), u, x, a }, engine);
  const keys = scheduleKeys(group, transcriptHash(context, padA, padB), S);
  const expected = { M2: keys.serverProof(), sessionKey: keys.sessionKey() };
  return new ClientProof(keys.clientProof, expected);
}

/**
 * Verifies M2 and returns the session key (32 bytes) shared with the server.
 *
 * @throws {SrpError} proof_mismatch if the peer does not have the verifier, or is at the end of another
 *   channel
 * @throws {SrpError} already_used
 */
export function checkServer(proof: ClientProof, M2: Uint8Array): { sessionKey: Uint8Array } {
  expectObject('proof', proof);
  expectBytes('M2', M2, 0, Number.MAX_SAFE_INTEGER);
  const expected = takeFrom('proof', ClientProof, proof);
  if (M2.length !== PROOF_BYTES || !equalBytes(M2, expected.M2))
    throw new SrpError('proof_mismatch', 'the server did not prove that it has the verifier');
  return { sessionKey: expected.sessionKey };
}
