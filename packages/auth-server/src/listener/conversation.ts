import { type Channel, ChannelError } from '@countersign/tls-channel';
import type { ServerErrorCode } from '../session/phase.ts';
import { refusal } from '../session/phase.ts';
import type { Session } from '../session/session.ts';
import type { EndCode, Guest } from './seats.ts';
import type { Stages } from './stages.ts';
import type { Turn } from './turns.ts';

/** How long a client can take to read why the server ends the connection. */
const GOODBYE_MILLISECONDS = 1_000;

/** The server ends a conversation: it has no seat for it, or is shutting down. */
class Ended extends Error {
  override readonly name = 'Ended';
  readonly code: EndCode;

  constructor(code: EndCode) {
    super(`the server ended the conversation: ${code}`);
    this.code = code;
  }
}

/**
 * Moves messages between a channel and its session until one of them is done, and returns why it ended. A client that
 * takes too long, makes room for another one, or is connected when the server shuts down receives an error; one that
 * violated the protocol received it from the channel. A message that has arrived is handled and answered first. Until
 * the client is logged in, each of its messages waits for its turn; the session does that for the first one.
 */
export async function converse(
  channel: Channel,
  session: Session,
  guest: Guest,
  turn: Turn,
  stages: Stages,
): Promise<string> {
  const ending = new AbortController();
  guest.endBy((code) => ending.abort(new Ended(code)));
  try {
    while (!session.isOver) {
      const timeout = session.patience * 1000;
      const message = await channel.receive({ timeout, signal: ending.signal });
      if (message === undefined) return 'left';
      guest.isKept = true;
      const began = performance.now();
      if (session.isUnderway) await turn.proceed();
      const replies = await session.handle(message);
      turn.end();
      stages.answered(message.type, performance.now() - began, replies);
      guest.isKept = session.isProven || session.isOver;
      if (!session.isOver && !guest.takeSeat()) return await sayGoodbye(channel, 'busy');
      for (const reply of replies) await channel.send(reply);
      if (replies.some((reply) => reply.type === 'error' && reply.code === 'busy')) return 'busy';
    }
    return 'done';
  } catch (error) {
    if (error instanceof Ended) return await sayGoodbye(channel, error.code);
    if (!(error instanceof ChannelError)) throw error;
    return error.code === 'timeout' ? await sayGoodbye(channel, 'expired') : error.code;
  } finally {
    turn.end();
    guest.isKept = false;
    guest.endBy(() => channel.destroy());
  }
}

/** Sends a client the reason for the end of its connection, if it still listens. */
async function sayGoodbye(channel: Channel, code: ServerErrorCode): Promise<string> {
  await channel.send(refusal(code), { timeout: GOODBYE_MILLISECONDS }).catch(() => channel.destroy());
  // A connection that made room must not keep its socket.
  if (code === 'busy') channel.destroy();
  return code;
}
