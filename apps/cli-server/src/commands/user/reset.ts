/** `user reset-password NAME` and `user reset-totp NAME`: a code for a user who has lost the password or the authenticator. */
import { callOf, isoTime, moment, sentence } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { reachableServer } from '../../reachable-server.ts';
import type { OnAccounts } from './on-accounts.ts';

interface ResetOptions extends YesOption {
  readonly server?: string | undefined;
}

export async function resetPassword(
  on: OnAccounts,
  name: string,
  { server, yes }: ResetOptions,
): Promise<void> {
  const { io, say, confirm, accounts } = on;
  const account = await accounts.find(name);
  const { username } = account;
  const { address, pin, invitation } = await reachableServer(on, server);
  const message = sentence`The password, the sessions and the devices of ${username} will stop working. Continue?`;
  await confirm({ message, yes });
  const { id, code: secret, expires } = await accounts.resetPassword(account);
  const code = invitation(secret, username);
  await say({
    json: {
      event: 'user_password_reset',
      ...{ username, id, code, server: address, pin },
      expires: isoTime(expires),
    },
    text: code,
    notes: [
      sentence`With this code and a code of the authenticator, ${username} sets a new password at ${address} until ${moment(expires)}. It is shown only once.`,
      `Send it over a secure channel. The user runs this and pastes it: ${callOf(io, 'countersign', 'password', '--reset')}`,
    ],
  });
}

export async function resetTotp(
  { say, confirm, accounts }: OnAccounts,
  name: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const { username } = account;
  const message = sentence`The authenticator and the recovery codes of ${username} will stop working. Continue?`;
  await confirm({ message, yes });
  const recoveryCode = await accounts.resetTotp(account);
  await say({
    json: { event: 'user_totp_reset', username, recoveryCode },
    text: sentence`Recovery code for ${username}: ${recoveryCode}`,
    notes: [
      'It is shown only once. Give it to the user in person or over a secure channel.',
      'The user logs in with the password and this code, and then sets up a new authenticator.',
    ],
  });
}
