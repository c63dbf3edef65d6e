/** Removes what logins left on this computer, at a logout or when it is revoked. */
import { CliError, counted, note, warn, withSpinner } from '@countersign/terminal';
import { heldCertificates, keptTokens } from './connection.ts';
import { type Context, callThere, misuse, serverOf } from './context.ts';
import { explain } from './explain.ts';

/**
 * Removes everything that logins at the server have left, or what those of one account have.
 * @throws {ClientError} agent_failed, no_agent; the tokens are removed by then
 */
export async function forget(
  context: Context,
  username?: string,
): Promise<{ readonly certificates: number; readonly tokens: number }> {
  const tokens = await (await keptTokens(context)).forget({ server: serverOf(context), username });
  return { certificates: await removeCertificates(context, username), tokens };
}

async function removeCertificates(context: Context, username: string | undefined): Promise<number> {
  const { io } = context;
  if (!io.env.SSH_AUTH_SOCK) return 0;
  const held = await heldCertificates(context);
  try {
    const { found, left } = await held.remove(username);
    if (left > 0)
      throw misuse(
        'agent_failed',
        'The SSH agent (SSH_AUTH_SOCK) did not remove a certificate. Remove all keys with: ssh-add -D',
      );
    const isLocked = () => withSpinner(io, 'Waiting for the SSH agent …', () => held.mayBeLocked());
    if (username === undefined && found === 0 && (await isLocked()))
      warn(
        io,
        'The agent may be locked, and hold a certificate: unlock it with ssh-add -X and log out again.',
      );
    return found;
  } finally {
    held.close();
  }
}

/**
 * Removes what a change of the account has revoked: otherwise, a login would seem unnecessary. The change has already been made, so
 * a failure is only a warning.
 */
export async function forgetRevoked(context: Context, username: string): Promise<void> {
  const { io } = context;
  try {
    const { certificates } = await forget(context, username);
    if (certificates > 0)
      note(
        io,
        `${counted(certificates, 'SSH certificate')} removed from the agent, since the change revokes it. For a new one: ${callThere(context, 'ssh')}`,
      );
  } catch (error) {
    io.signal.throwIfAborted();
    const known = explain(io, error, context);
    if (!(known instanceof CliError)) throw error;
    warn(
      io,
      `The change revokes the SSH certificates in the agent, which could not be removed. ${known.message}`,
    );
  }
}
