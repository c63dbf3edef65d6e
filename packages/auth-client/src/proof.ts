/**
 * The password's part of a conversation (RFC 5054 over the channel, docs/protocol.md). Suite and stretch are checked
 * before anything is computed with them. The client proves first, and the server's proof is checked before any other
 * field of its answer is used.
 */
import {
  type ClientStart,
  CURRENT_SUITE,
  checkServer,
  findSuite,
  isStrongEnough,
  preparePassword,
  proveClient,
  rawPassword,
  SrpError,
  type Stretch,
  type Suite,
  startClient,
  stretchPassword,
} from '@countersign/srp-core';
import type { ServerMessage } from '@countersign/wire-protocol';
import { ClientError, serverError } from './errors.ts';
import type { Link } from './link.ts';

type Challenge = Extract<ServerMessage, { type: 'login.challenge' }>;
type Proven = Extract<ServerMessage, { type: 'login.proven' }>;

/** What the client proves: the name as it is sent, and the password as it was typed. */
export interface Claim {
  readonly username: string;
  readonly password: string;
  /** The token that makes this client a known device. */
  readonly device?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before the password is stretched, which takes about a second, and after it. */
  readonly onProgress?: ((what: 'stretching' | 'proving') => void) | undefined;
}

export interface ProvenPassword {
  readonly proven: Proven;
  /** Milliseconds that the password was stretched. */
  readonly stretching: number;
}

/**
 * Proves the password to the server, and the server to the client.
 * @throws {ClientError} unacceptable_terms, server_not_proven, authentication_failed, and as `Link.ask`
 */
export async function provePassword(link: Link, claim: Claim): Promise<ProvenPassword> {
  const { username, device } = claim;
  let suite = CURRENT_SUITE;
  let start = startClient({ group: suite.group });
  const opening = { type: 'login.start', username, device } as const;
  let answer = await link.ask(
    { ...opening, suite: suite.name, A: start.A },
    'login.challenge',
    'login.restart',
  );
  if (answer.type === 'login.restart') {
    suite = knownSuite(answer.suite);
    start = startClient({ group: suite.group });
    answer = await link.ask({ ...opening, suite: suite.name, A: start.A }, 'login.challenge');
  }
  const { stretch } = answer;
  // Only imported accounts may use passwords without stretching. Every other stretch must be strong enough for a new password.
  const isAcceptable = await underTerms(() => isStrongEnough(stretch) || suite !== CURRENT_SUITE);
  if (!isAcceptable) throw unacceptable();
  return answerChallenge(link, claim, suite, start, answer);
}

/** Proves an invitation's secret in the same way. It is random, so it is never stretched. */
export async function proveInvitation(
  link: Link,
  invitation: { id: string; secret: string },
  signal?: AbortSignal,
): Promise<Proven> {
  const start = startClient({ group: CURRENT_SUITE.group });
  const challenge = await link.ask(
    { type: 'invite.start', invite: invitation.id, A: start.A },
    'login.challenge',
  );
  if (challenge.stretch.name !== 'none' || challenge.identity !== invitation.id) throw unacceptable();
  const claim = { username: invitation.id, password: invitation.secret, signal };
  const { proven } = await answerChallenge(link, claim, CURRENT_SUITE, start, challenge);
  return proven;
}

async function answerChallenge(
  link: Link,
  claim: Claim,
  suite: Suite,
  start: ClientStart,
  challenge: Challenge,
): Promise<ProvenPassword> {
  if (challenge.suite !== suite.name) throw unacceptable();
  const { stretch, salt, identity, B } = challenge;
  const started = performance.now();
  const password = await stretched(claim, suite, stretch, salt);
  const stretching = stretch.name === 'none' ? 0 : performance.now() - started;
  claim.onProgress?.('proving');
  const context = {
    username: claim.username,
    suite,
    identity,
    salt,
    stretch,
    binding: link.binding,
  } as const;
  const proving = underTerms(() => proveClient(start, { context, password, B }));
  const proof = await proving.finally(() => password.fill(0));
  const proven = await link.ask({ type: 'login.proof', M1: proof.M1, binding: link.binding }, 'login.proven');
  try {
    checkServer(proof, proven.M2);
  } catch (cause) {
    await link.close();
    const message = 'the server could not prove that it is the one where the account was registered';
    throw new ClientError('server_not_proven', message, { cause });
  }
  return { proven, stretching };
}

async function stretched(
  claim: Claim,
  suite: Suite,
  stretch: Stretch,
  salt: Uint8Array,
): Promise<Uint8Array> {
  const password = passwordFor(suite, claim.password);
  if (stretch.name === 'none') return password;
  claim.onProgress?.('stretching');
  const stretching = underTerms(() => stretchPassword({ password, salt, stretch, signal: claim.signal }));
  return stretching.finally(() => password.fill(0));
}

/**
 * Computes something with the terms of the challenge. An error of srp-core refuses a number, salt, name or cost in it:
 * everything else was checked before.
 * @throws {ClientError} unacceptable_terms
 */
async function underTerms<T>(compute: () => T | Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    throw error instanceof SrpError || error instanceof RangeError ? unacceptable(error) : error;
  }
}

/**
 * Returns the password as the suite hashes it: imported accounts use the bytes that were typed, all others RFC 8265
 * OpaqueString. A text that cannot be a password is a wrong password.
 */
function passwordFor(suite: Suite, text: string): Uint8Array {
  const password = suite === CURRENT_SUITE ? prepared(text) : typed(text);
  if (!password) throw serverError('authentication_failed');
  return password;
}

function prepared(text: string): Uint8Array | undefined {
  const preparing = preparePassword(text);
  return preparing.ok ? preparing.password : undefined;
}

function typed(text: string): Uint8Array | undefined {
  try {
    return rawPassword(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Finds the suite of an imported account. Unknown names are refused. */
function knownSuite(name: string): Suite {
  const suite = findSuite(name);
  if (!suite || suite === CURRENT_SUITE) throw unacceptable();
  return suite;
}

function unacceptable(cause?: unknown): ClientError {
  const message = 'the server wants the password used in a way that this client refuses';
  return new ClientError('unacceptable_terms', message, { cause });
}
