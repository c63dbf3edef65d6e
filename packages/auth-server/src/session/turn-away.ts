import type { AuditEvent } from '../audit/event.ts';
import type { Hold } from '../limits/attempt.ts';
import { type Context, refuse, type ServerErrorCode, type Step } from './phase.ts';
import type { Services } from './services.ts';

/** When a client for which the server has no time should try again, in seconds. */
const BUSY_DELAY = 5;

/** Waits until the server has time for a conversation that begins. Returns the refusal if it does not. */
export async function refusedAsBusy({ channel }: Context): Promise<Step | undefined> {
  const mayBegin = (await channel.mayBegin?.()) ?? true;
  return mayBegin ? undefined : refuse('busy', BUSY_DELAY);
}

/**
 * Refuses an attempt that is not judged, or that is right but not accepted, and records it in the audit log with the code
 * or the limit.
 *
 * @param who contains a name only if there is such an account
 */
export function turnAway(
  services: Services,
  who: Pick<AuditEvent, 'source' | 'username' | 'account'>,
  why: ServerErrorCode | Hold,
): Step {
  const detail = typeof why === 'string' ? why : why.limit;
  services.journal.gather({ kind: 'attempt.refused', ...who, detail });
  return typeof why === 'string' ? refuse(why) : refuse('slow_down', why.seconds);
}
