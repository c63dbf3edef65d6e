/** `user rename OLD NEW` and `user remove NAME` */
import { sentence } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import type { OnAccounts } from './on-accounts.ts';

export async function renameUser(
  { say, confirm, accounts }: OnAccounts,
  name: string,
  newName: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const from = account.username;
  const message = sentence`The sessions of ${from} will end, and its SSH certificates will be revoked. Continue?`;
  await confirm({ message, yes });
  const { username } = await accounts.rename(account, newName);
  await say({
    json: { event: 'user_renamed', username, from },
    text: sentence`${from} is now ${username}.`,
    notes: [
      'The user logs in with the new name, the same password and the same authenticator.',
      sentence`The old name is free: someone else can be invited as ${from}.`,
    ],
  });
}

export async function removeUser(
  { say, confirm, accounts }: OnAccounts,
  name: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const { username } = account;
  const message = sentence`To remove the account ${username} and everything in it, type its name`;
  await confirm({ message, expected: username, yes });
  await accounts.remove(account);
  await say({ json: { event: 'user_removed', username }, text: sentence`${username} is removed.` });
}
