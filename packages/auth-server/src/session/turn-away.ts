import type { AuditEvent } from '../audit/event.ts';
import { refuse, type ServerErrorCode, type Step } from './phase.ts';
import type { Services } from './services.ts';

/** Refuses what has not been judged, and lets the audit log tell of it. `who` holds no name that is not an account's. */
export function turnAway(
  services: Services,
  who: Pick<AuditEvent, 'source' | 'username' | 'account'>,
  code: ServerErrorCode,
  retryAfter?: number,
): Step {
  services.journal.gather({ kind: 'attempt.refused', ...who, detail: code });
  return refuse(code, retryAfter);
}
