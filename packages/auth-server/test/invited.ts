import { CURRENT_SUITE, checkServer, proveClient, startClient } from '@countersign/srp-core';
import { parseRecoveryCode } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import type { Speaker } from './world.ts';

/** Proves an invitation, `ID.XXXX-XXXX-XXXX-XXXX`, as a client does: `login.proven`, or what the server said instead. */
export async function proveInvitation(peer: Speaker, invitation: string): Promise<Message> {
  const dot = invitation.indexOf('.');
  const id = invitation.slice(0, dot);
  const secret = invitation.slice(dot + 1);
  const start = startClient({ group: CURRENT_SUITE.group });
  const challenge = await peer.ask({ type: 'invite.start', invite: id, A: start.A });
  if (challenge.type !== 'login.challenge') return challenge;
  const { identity, salt, stretch, B } = challenge;
  const parsed = parseRecoveryCode(secret);
  const proof = proveClient(start, {
    context: {
      username: id,
      suite: CURRENT_SUITE,
      identity,
      salt,
      stretch,
      binding: peer.binding,
    },
    password: new TextEncoder().encode(parsed.ok ? parsed.code : secret),
    B,
  });
  const proven = await peer.ask({ type: 'login.proof', M1: proof.M1, binding: peer.binding });
  if (proven.type === 'login.proven') checkServer(proof, proven.M2);
  return proven;
}
