/** What the commands that issue credentials share. */
import type { Message } from '@countersign/wire-protocol';
import { AuthError } from '../errors.ts';
import { answer, type Context, type PhaseAt, refuse, type Step } from './phase.ts';

/** How long after the second factor a session can be issued credentials, in milliseconds. */
const FRESH = 900_000;

/** Answers with the result of `issue`, or with the reason why nothing is issued, such as a login too long ago. */
export async function issuing(
  { services }: Context,
  session: PhaseAt<'authenticated'>,
  issue: () => Promise<Message>,
): Promise<Step> {
  if (services.uptime() - session.since > FRESH) return refuse('login_again');
  try {
    return answer(session, await issue());
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, retryAfter } = error;
    switch (code) {
      case 'role_missing':
      case 'unknown_service':
      case 'issuing_paused':
      case 'slow_down':
        return refuse(code, retryAfter);
      default:
        throw error;
    }
  }
}
