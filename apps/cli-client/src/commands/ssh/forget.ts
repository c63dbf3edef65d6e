/** Certificates of a server out of the agent: all of them at a logout, those of an account when they are revoked. */
import { CliError, warn } from '@countersign/terminal';
import { type Context, misuse } from '../../context.ts';
import { Agent } from './agent.ts';
import { certificatePath, readLastCertificate } from './certificate-file.ts';
import { heldBy, isValidFor, ownerOf } from './held.ts';
import { tryAgent } from './keep.ts';
import { generateKey } from './key.ts';

/**
 * Removes the certificates of the server from the agent.
 * @param username only those of this account
 * @returns how many there were
 * @throws {CliError} agent_failed, no_agent
 */
export async function removeCertificates(context: Context, username?: string): Promise<number> {
  const { io } = context;
  if (!io.env.SSH_AUTH_SOCK) return 0;
  const last = await readLastCertificate(certificatePath(context), io.signal);
  if (!last) return 0;
  const agent = await Agent.open(io);
  try {
    const held = async () =>
      (await heldBy(agent, last.authority)).filter(
        (each) => username === undefined || ownerOf(each)?.username === username,
      );
    const found = await held();
    for (const certificate of found) await agent.remove(certificate);
    if ((await held()).length > 0)
      throw misuse(
        'agent_failed',
        'The SSH agent (SSH_AUTH_SOCK) did not remove a certificate. Remove all keys with: ssh-add -D',
      );
    if (username === undefined && found.length === 0 && isValidFor(last, io.now() / 1000))
      await warnIfLocked(context, agent);
    return found.length;
  } finally {
    agent.close();
  }
}

/** A locked agent lists nothing, like an empty one. */
async function warnIfLocked(context: Context, agent: Agent): Promise<void> {
  if ((await agent.list()).length > 0) return;
  const key = generateKey();
  try {
    await tryAgent(context, agent, key);
  } catch (error) {
    if (!(error instanceof CliError && error.code === 'agent_refused')) throw error;
    warn(
      context.io,
      'The agent may be locked, and hold a certificate: unlock it with ssh-add -X and log out again.',
    );
  } finally {
    key.seed.fill(0);
  }
}
