/** `user unlock`, `disable`, `enable` and `end-sessions`: whether the user of an account can log in, and is logged in. */
import { sentence } from '@countersign/terminal';
import type { OnAccounts } from './on-accounts.ts';

export async function unlockUser({ say, accounts }: OnAccounts, name: string): Promise<void> {
  const { username } = await accounts.unlock(name);
  await say({
    json: { event: 'user_unlocked', username },
    text: sentence`${username} is unlocked. All waits after wrong passwords and codes have ended.`,
  });
}

export async function disableUser({ say, accounts }: OnAccounts, name: string): Promise<void> {
  const { username, changed } = await accounts.disable(name);
  const words = changed ? 'is disabled. All sessions have ended.' : 'was already disabled.';
  await say({
    json: { event: changed ? 'user_disabled' : 'user_already_disabled', username },
    text: sentence`${username} ${words}`,
  });
}

export async function enableUser({ say, accounts }: OnAccounts, name: string): Promise<void> {
  const { username, changed } = await accounts.enable(name);
  await say({
    json: { event: changed ? 'user_enabled' : 'user_already_enabled', username },
    text: sentence`${username} ${changed ? 'is enabled.' : 'was not disabled.'}`,
  });
}

export async function endSessions({ say, call, accounts }: OnAccounts, name: string): Promise<void> {
  const { username } = await accounts.endSessions(name);
  await say({
    json: { event: 'user_sessions_ended', username },
    text: sentence`All sessions of ${username} have ended. Its devices are forgotten.`,
    notes: [
      'Hosts refuse its SSH certificates once they have the next revocation list. Open SSH sessions continue.',
      `The password still works. To keep the user out: ${call('user', 'disable', username)}`,
    ],
  });
}
