/** Removes what logins left on this computer, at a logout or when it is revoked. */
import { CliError, counted, note, warn } from '@countersign/terminal';
import { type Context, callThere, serverOf } from './context.ts';

/**
 * Removes everything that logins at the server have left, or what those of one account have.
 * @throws {CliError} agent_failed, no_agent; the tokens are removed by then
 */
export async function forget(
  context: Context,
  username?: string,
): Promise<{ readonly certificates: number; readonly tokens: number }> {
  const { TokenCache } = await import('./commands/token/cache.ts');
  const tokens = await new TokenCache(context).forget({ server: serverOf(context), username });
  const { removeCertificates } = await import('./commands/ssh/forget.ts');
  return { certificates: await removeCertificates(context, username), tokens };
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
    if (!(error instanceof CliError)) throw error;
    warn(
      io,
      `The change revokes the SSH certificates in the agent, which could not be removed. ${error.message}`,
    );
  }
}
