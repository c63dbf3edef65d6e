/** `ssh role …`: the roles that can log in over SSH. */

import { openSsh, type SshRole } from '@countersign/auth-server/credentials';
import { counted } from '@countersign/terminal';
import type { Opened } from '../../command.ts';
import { refusal } from '../../ui/messages.ts';

export async function addRole(
  { world, say, call }: Opened,
  role: string,
  { hours, agentForwarding = false }: Partial<SshRole>,
): Promise<void> {
  const { administration } = openSsh(world);
  const isFirst = (await administration.authorities()).length === 0;
  await administration.listRole({ role, agentForwarding, ...(hours === undefined ? {} : { hours }) });
  await say({
    json: { event: 'ssh_role_listed', role, hours, agentForwarding },
    text: `Accounts with the role ${role} can log in as ${role} on hosts that trust this server.`,
    notes: isFirst ? [`An SSH authority was created. To set up a host: ${call('ssh', 'setup')}`] : [],
  });
}

export async function listRoles({ world, say }: Opened): Promise<void> {
  const roles = await openSsh(world).administration.roles();
  await say({
    json: roles.map((each) => ({ ...each })),
    table: {
      none: 'No role can log in over SSH yet.',
      head: ['Role', 'At most', 'Agent forwarding'],
      keep: 'Role',
      rows: roles.map(({ role, hours, agentForwarding }) => [
        role,
        hours === undefined ? 'as --ssh-hours' : counted(hours, 'hour'),
        agentForwarding ? 'yes' : 'no',
      ]),
    },
  });
}

export async function removeRole({ world, say, call }: Opened, role: string): Promise<void> {
  if (!(await openSsh(world).administration.removeRole(role)))
    throw refusal(
      'role_missing',
      `The role ${role} is not listed for SSH.`,
      'To list those that are: countersign-server ssh role list',
    );
  await say({
    json: { event: 'ssh_role_removed', role },
    text: `No more certificates are issued for the role ${role}.`,
    notes: [`Earlier ones stay valid until they expire. To end them: ${call('ssh', 'revoke')}`],
  });
}
