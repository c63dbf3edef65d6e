/** What logins have left on this computer, and what happens to it when it is revoked. */
import { CliError, counted, note, warn } from '@countersign/terminal';
import { type Context, callThere } from './context.ts';

/**
 * Removes what a change of the account has revoked: a certificate that no host accepts must not make a login look needless.
 * The change is made, so a failure is only a warning.
 */
export async function forgetRevoked(context: Context, username: string): Promise<void> {
  const { io } = context;
  const { removeCertificates } = await import('./commands/ssh/forget.ts');
  try {
    const removed = await removeCertificates(context, username);
    if (removed > 0)
      note(
        io,
        `${counted(removed, 'SSH certificate')} removed from the agent, since the change revokes it. For a new one: ${callThere(context, 'ssh')}`,
      );
  } catch (error) {
    io.signal.throwIfAborted();
    if (!(error instanceof CliError)) throw error;
    warn(
      io,
      `The change revokes the SSH certificates in the agent, which could not be removed. ${error.message}`,
    );
  }
}
