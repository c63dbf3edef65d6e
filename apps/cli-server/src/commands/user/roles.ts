/** `user roles NAME [CHANGES…]` */
import type { RoleChange } from '@countersign/auth-server/accounts';
import { sentence } from '@countersign/terminal';
import type { OnAccounts } from './on-accounts.ts';

export async function changeRoles(
  { say, accounts }: OnAccounts,
  name: string,
  changes: RoleChange | undefined,
): Promise<void> {
  const { username, roles, changed } = changes
    ? await accounts.changeRoles(name, changes)
    : { ...(await accounts.show(name)), changed: false };
  const has =
    roles.length === 0
      ? sentence`${username} has no roles.`
      : sentence`${username} has the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(' ')}.`;
  const ended = changed && changes && (changes.remove ?? []).length > 0 ? ' Its sessions have ended.' : '';
  const event = changed ? 'user_roles_changed' : 'user_roles';
  await say({ json: { event, username, roles }, text: `${has}${ended}` });
}
