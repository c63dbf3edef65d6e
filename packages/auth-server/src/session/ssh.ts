/** `ssh.certify`: a certificate for a public key of the user, soon after the second factor. */
import { type PublicKey, parsePublicKey, SshError } from '@countersign/ssh-core';
import { issuing } from './issuing.ts';
import { type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';

/** Issues a certificate, conditional on the account that the session proved. */
export async function certify(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'ssh.certify'>,
): Promise<Step> {
  const publicKey = readKey(message.publicKey);
  if (!publicKey) return refuse('key_refused');
  const { roles, seconds } = message;
  const { standing, source } = session;
  return issuing(context, session, async () => {
    const issued = await context.services.ssh.issue(standing, { publicKey, roles, seconds }, source);
    return { type: 'ssh.certified', ...issued, roles: [...issued.roles] };
  });
}

function readKey(line: string): PublicKey | undefined {
  try {
    return parsePublicKey(line);
  } catch (error) {
    if (error instanceof SshError) return undefined;
    throw error;
  }
}
