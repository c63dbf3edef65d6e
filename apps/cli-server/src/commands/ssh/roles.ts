/** `ssh role …`: the roles that can log in over SSH. */
import type { SshRole } from '@countersign/auth-server/credentials';
import { counted, note, printJson, printTable } from '@countersign/terminal';
import type { Opened } from '../../open-store.ts';
import { printResult, refusal, serverCall } from '../../ui/messages.ts';
import { sshOf } from './ssh-of.ts';

export async function addRole(
  opened: Opened,
  role: string,
  { hours, agentForwarding = false }: Partial<SshRole>,
): Promise<void> {
  const { io, settings } = opened;
  const { administration } = sshOf(opened);
  const isFirst = (await administration.authorities()).length === 0;
  await administration.listRole({ role, agentForwarding, ...(hours === undefined ? {} : { hours }) });
  const words = `Accounts with the role ${role} can log in as ${role} on hosts that trust this server.`;
  const event = { event: 'ssh_role_listed', role, hours, agentForwarding };
  await printResult(io, settings, event, words);
  if (!settings.json && isFirst)
    note(io, `An SSH authority was created. To set up a host: ${serverCall(io, settings, 'ssh', 'setup')}`);
}

export async function listRoles(opened: Opened): Promise<void> {
  const { io, settings } = opened;
  const roles = await sshOf(opened).administration.roles();
  if (settings.json) {
    for (const each of roles) await printJson(io, { ...each });
    return;
  }
  if (roles.length === 0) return note(io, 'No role can log in over SSH yet.');
  await printTable(io, {
    head: ['Role', 'At most', 'Agent forwarding'],
    keep: 'Role',
    rows: roles.map(({ role, hours, agentForwarding }) => [
      role,
      hours === undefined ? 'as --ssh-hours' : counted(hours, 'hour'),
      agentForwarding ? 'yes' : 'no',
    ]),
  });
}

export async function removeRole(opened: Opened, role: string): Promise<void> {
  const { io, settings } = opened;
  if (!(await sshOf(opened).administration.removeRole(role)))
    throw refusal(
      'role_missing',
      `The role ${role} is not listed for SSH.`,
      'To list those that are: countersign-server ssh role list',
    );
  const words = `No more certificates are issued for the role ${role}.`;
  await printResult(io, settings, { event: 'ssh_role_removed', role }, words);
  if (!settings.json)
    note(
      io,
      `Earlier ones stay valid until they expire. To end them: ${serverCall(io, settings, 'ssh', 'revoke')}`,
    );
}
