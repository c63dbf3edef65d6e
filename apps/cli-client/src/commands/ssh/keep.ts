/** A new certificate into the agent, and older ones of the same account out of it. */
import type { Certificate } from '@countersign/ssh-core';
import { type CliError, EXIT, plain, problem, sentence, warn, withSpinner } from '@countersign/terminal';
import { type Context, misuse, serverOf } from '../../context.ts';
import { type Agent, waysOut } from './agent.ts';
import { heldBy, isSame, ownerOf } from './held.ts';
import { type NewKey, selfIssued } from './key.ts';

/** The longest time that a server can issue a certificate for, in seconds. */
const LONGEST = 31_536_000;
/** Short, since the agent may not remove it when it is told to. */
const TRIAL_SECONDS = 5;
const WAITING = 'Waiting for the SSH agent …';

/**
 * Adds a certificate that no host accepts, for some seconds, and removes it: a locked agent lists nothing and adds nothing,
 * some agents take no certificates or no lifetimes, and some say that they have added what they do not list.
 * @throws {CliError} agent_refused
 */
export async function tryAgent(context: Context, agent: Agent, key: NewKey): Promise<void> {
  const { io } = context;
  const identity = await selfIssued(key, Math.floor(io.now() / 1000));
  await withSpinner(io, WAITING, async () => {
    const isAdded = await agent.add({
      identity,
      seed: key.seed,
      comment: 'countersign: a trial',
      lifetime: TRIAL_SECONDS,
    });
    if (!isAdded || !(await agent.list()).some((each) => isSame(each, identity))) throw agentRefused(context);
    await agent.remove(identity);
  });
}

/**
 * Adds the certificate for as long as it is valid, and removes older ones.
 * @param options `last`: the certificate before this one, which may be of an earlier authority
 * @throws {CliError} agent_refused, agent_failed, clock
 */
export async function keepInAgent(
  context: Context,
  agent: Agent,
  { key, certificate, last }: { key: NewKey; certificate: Certificate; last: Certificate | undefined },
): Promise<void> {
  const owner = ownerOf(certificate);
  // The name is in the words of the server. A comment has no control characters and at most 1,024 bytes.
  const comment = `${plain(owner?.username ?? '', 64)}@${plain(serverOf(context))} (countersign)`;
  const lifetime = lifetimeOf(context, certificate);
  await withSpinner(context.io, WAITING, async () => {
    if (!(await agent.add({ identity: certificate, seed: key.seed, comment, lifetime })))
      throw agentRefused(context);
    const held = await heldBy(agent, certificate.authority);
    if (!held.some((each) => isSame(each, certificate))) throw agentRefused(context);
    const isRotated = last && !isSame(last.authority, certificate.authority);
    const older = [...held, ...(isRotated ? await heldBy(agent, last.authority) : [])].filter(
      (each) => !isSame(each, certificate) && ownerOf(each)?.uid === owner?.uid,
    );
    for (const each of older)
      if (!(await agent.remove(each)))
        warn(context.io, `The agent did not remove an older certificate (serial ${each.serial}).`);
  });
}

/** The seconds that are left of a certificate, by the clock of this computer. */
function lifetimeOf(context: Context, { validAfter, validBefore }: Certificate): number {
  const left = Math.floor(validBefore - context.io.now() / 1000);
  if (left < 1)
    throw problem(
      'clock',
      EXIT.refused,
      sentence`The certificate of ${serverOf(context)} has expired already by the clock of this computer, so it was not used. Set the clock.`,
    );
  return Math.min(left, validBefore - validAfter, LONGEST);
}

function agentRefused({ io }: Context): CliError {
  const message = `The SSH agent (SSH_AUTH_SOCK) did not take a certificate: it may be locked (unlock it with ssh-add -X), or unable to hold certificates for a limited time. ${waysOut(io)}`;
  return misuse('agent_refused', message);
}
