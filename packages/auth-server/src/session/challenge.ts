import { checkClient, checkPublicValue, SrpError, startServer } from '@countersign/srp-core';
import type { Challenged, ChannelFacts, MessageOf } from './phase.ts';

/** Begins the server's half of SRP. Returns `undefined` if A is not a valid public value (RFC 5054 §2.5.4). */
export function challengeFor(
  values: Omit<Challenged, 'pending'>,
  verifier: Uint8Array,
  randomBytes: (length: number) => Uint8Array,
): Challenged | undefined {
  try {
    checkPublicValue(values.suite.group, values.A);
  } catch (error) {
    if (error instanceof SrpError) return undefined;
    throw error;
  }
  return { ...values, pending: startServer({ suite: values.suite, verifier, randomBytes }) };
}

export function challengeMessage(challenge: Challenged): MessageOf<'login.challenge'> {
  const { suite, identity, stretch, salt, pending } = challenge;
  return { type: 'login.challenge', suite: suite.name, identity, stretch, salt, B: pending.B };
}

export function checkProof(challenge: Challenged, channel: ChannelFacts, message: MessageOf<'login.proof'>) {
  const { username, suite, identity, salt, stretch, A, pending } = challenge;
  return checkClient(pending, {
    context: {
      username,
      suite,
      identity,
      salt,
      stretch,
      binding: channel.binding,
    },
    A,
    M1: message.M1,
    claimedBinding: message.binding,
  });
}
