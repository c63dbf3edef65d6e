import { counted, sentence, warn } from '@countersign/terminal';
import { type Context, misuse, serverOf } from '../../context.ts';
import { printResult } from '../../result.ts';
import { Agent } from './agent.ts';
import { certificatePath, readLastCertificate } from './certificate-file.ts';
import { heldBy, isValidFor } from './held.ts';

/** Removes what logins at the server have left on this computer: the certificates in the agent. */
export async function logout(context: Context): Promise<void> {
  const server = serverOf(context);
  const removed = await removeCertificates(context);
  const words =
    removed === 0 ? 'the agent held no certificate' : `${counted(removed, 'certificate')} removed`;
  await printResult(
    context,
    { event: 'logged_out', server, removed },
    sentence`Logged out of ${server}: ${words}`,
  );
}

/** @returns how many there were @throws {CliError} agent_failed, no_agent */
async function removeCertificates(context: Context): Promise<number> {
  const { io } = context;
  if (!io.env.SSH_AUTH_SOCK) return 0;
  const last = await readLastCertificate(certificatePath(context), io.signal);
  if (!last) return 0;
  const agent = await Agent.open(io);
  try {
    const held = await heldBy(agent, last.authority);
    for (const certificate of held) await agent.remove(certificate);
    if ((await heldBy(agent, last.authority)).length > 0)
      throw misuse(
        'agent_failed',
        'The SSH agent (SSH_AUTH_SOCK) did not remove a certificate. Remove all keys with: ssh-add -D',
      );
    if ((await agent.list()).length === 0 && held.length === 0 && isValidFor(last, io.now() / 1000))
      warn(io, 'The agent lists no keys. If it is locked, unlock it with ssh-add -X and log out again.');
    return held.length;
  } finally {
    agent.close();
  }
}
