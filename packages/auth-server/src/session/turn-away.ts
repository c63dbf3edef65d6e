import type { AuditEvent } from '../audit/event.ts';
import type { Hold } from '../limits/attempt.ts';
import { refuse, type ServerErrorCode, type Step } from './phase.ts';
import type { Services } from './services.ts';

/**
 * Refuses what is not judged, or is right and all the same not taken, and lets the audit log tell of it, with the code or
 * the limit as the detail. `who` holds no name that is not an account's.
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
