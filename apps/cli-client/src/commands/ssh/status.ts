import { duration, EXIT, printJson, printLine, problem, sentence } from '@countersign/terminal';
import { type Context, callThere, serverOf } from '../../context.ts';
import { Agent } from './agent.ts';
import { certificatePath, readLastCertificate } from './certificate-file.ts';
import { certificateEvent, heldBy, isValidFor, ownerOf, rolesOf } from './held.ts';

/** Lists the certificates of the server in the agent. @throws {CliError} no_certificate when none is valid */
export async function showStatus(context: Context): Promise<void> {
  const { io, options } = context;
  const now = io.now() / 1000;
  const agent = await Agent.open(io);
  try {
    const last = await readLastCertificate(certificatePath(context), io.signal);
    const held = await heldBy(agent, last?.authority);
    for (const certificate of held) {
      const { serial, validBefore } = certificate;
      if (options.json) {
        await printJson(io, certificateEvent(certificate));
        continue;
      }
      const username = ownerOf(certificate)?.username ?? '';
      const left = validBefore > now ? `valid for ${duration(validBefore - now)}` : 'expired';
      await printLine(
        io,
        sentence`${username}: ${left}, serial ${serial}, roles: ${rolesOf(certificate)}`,
        2,
      );
    }
    if (held.some((each) => isValidFor(each, now))) return;
    const message = sentence`The agent holds no valid certificate of ${serverOf(context)}. Get one with: ${callThere(context, 'ssh')}`;
    throw problem('no_certificate', EXIT.refused, message);
  } finally {
    agent.close();
  }
}
