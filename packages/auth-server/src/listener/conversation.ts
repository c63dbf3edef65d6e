import { type Channel, ChannelError } from '@countersign/tls-channel';
import type { ServerErrorCode } from '../session/phase.ts';
import { refusal } from '../session/phase.ts';
import type { Session } from '../session/session.ts';

/**
 * Moves messages between a channel and its session until one of them is done, and says why it ended. A client that
 * takes too long, or that is talking when the server closes, is told so; one that broke the protocol was told by the
 * channel itself.
 */
export async function converse(channel: Channel, session: Session, closing: AbortSignal): Promise<string> {
  try {
    while (!session.isOver) {
      const message = await channel.receive({ timeout: session.patience * 1000, signal: closing });
      if (message === undefined) return 'left';
      for (const reply of await session.handle(message)) await channel.send(reply);
    }
    return 'done';
  } catch (error) {
    if (closing.aborted) return sayGoodbye(channel, 'shutting_down');
    if (!(error instanceof ChannelError)) throw error;
    return error.code === 'timeout' ? sayGoodbye(channel, 'expired') : error.code;
  }
}

/** Tells a client why it is turned away or left; whether it still listens does not matter. */
export async function sayGoodbye(channel: Channel, code: ServerErrorCode): Promise<string> {
  await channel.send(refusal(code)).catch(() => channel.destroy());
  return code;
}
