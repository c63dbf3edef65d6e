/** `ssh.certify`: a certificate for a public key of the user, soon after the second factor. */
import { type PublicKey, parsePublicKey, SshError } from '@countersign/ssh-core';
import { AuthError } from '../errors.ts';
import { answer, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';

/** How long after the second factor a session can be issued credentials, in milliseconds. */
const FRESH = 900_000;

/** Issues a certificate, conditional on the account that the session proved. */
export async function certify(
  { services }: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'ssh.certify'>,
): Promise<Step> {
  if (services.uptime() - session.since > FRESH) return refuse('login_again');
  const publicKey = readKey(message.publicKey);
  if (!publicKey) return refuse('key_refused');
  const { roles, seconds } = message;
  try {
    const issued = await services.ssh.issue(session.standing, { publicKey, roles, seconds }, session.source);
    return answer(session, { type: 'ssh.certified', ...issued, roles: [...issued.roles] });
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, retryAfter } = error;
    if (code === 'role_missing' || code === 'issuing_paused' || code === 'slow_down')
      return refuse(code, retryAfter);
    throw error;
  }
}

function readKey(line: string): PublicKey | undefined {
  try {
    return parsePublicKey(line);
  } catch (error) {
    if (error instanceof SshError) return undefined;
    throw error;
  }
}
