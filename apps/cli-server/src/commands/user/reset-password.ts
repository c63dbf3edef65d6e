/** `user reset-password NAME`: a code with which a user who forgot the password sets a new one. */
import {
  callOf,
  confirm,
  isoTime,
  moment,
  note,
  printJson,
  printLine,
  sentence,
} from '@countersign/terminal';
import { formatAddress } from '@countersign/tls-channel/address';
import { formatInvitation } from '@countersign/wire-protocol';
import type { YesOption } from '../../arguments.ts';
import { reachableServer } from '../../reachable-server.ts';
import type { OnAccounts } from './on-accounts.ts';

export interface ResetOptions extends YesOption {
  readonly server?: string | undefined;
}

export async function resetPassword(
  { io, settings, store, accounts, prompts }: OnAccounts,
  name: string,
  { server, yes }: ResetOptions,
): Promise<void> {
  const account = await accounts.find(name);
  const { username } = account;
  const { host, port, pin } = await reachableServer(store, settings, server);
  const message = sentence`The password, the sessions and the devices of ${username} will stop working. Continue?`;
  await confirm(io, prompts, { message, yes });
  const { id, code, expires } = await accounts.resetPassword(account);
  const text = formatInvitation({ host, port, pin, code, username });
  const address = formatAddress(host, port);
  if (settings.json) {
    const made = { event: 'user_password_reset', username, id, code: text, server: address, pin };
    return printJson(io, { ...made, expires: isoTime(expires) });
  }
  await printLine(io, text);
  note(
    io,
    sentence`With this code and a code of the authenticator, ${username} sets a new password at ${address} until ${moment(expires)}. It is shown only once.`,
  );
  const call = callOf(io, 'countersign', 'password', '--reset');
  note(io, `Send it over a secure channel. The user runs this and pastes it: ${call}`);
}
