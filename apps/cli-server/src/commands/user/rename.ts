/** `user rename OLD NEW` */
import { confirm, note, sentence } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { printResult } from '../../ui/messages.ts';
import type { OnAccounts } from './on-accounts.ts';

export async function renameUser(
  { io, settings, accounts, prompts }: OnAccounts,
  name: string,
  newName: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const message = sentence`The sessions of ${account.username} will end, and its SSH certificates will be revoked. Continue?`;
  await confirm(io, prompts, { message, yes });
  const { username } = await accounts.rename(account, newName);
  const words = sentence`${account.username} is now ${username}.`;
  await printResult(io, settings, { event: 'user_renamed', username, from: account.username }, words);
  if (settings.json) return;
  note(io, 'The user logs in with the new name, the same password and the same authenticator.');
  note(io, sentence`The old name is free: someone else can be invited as ${account.username}.`);
}
