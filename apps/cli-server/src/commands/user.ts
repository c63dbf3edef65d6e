/** `user …`: the administrator's view of the accounts, and what may be done with them while servers run. */
import { Administration } from '@countersign/auth-server/accounts';
import { keptLimits } from '@countersign/auth-server/limits';
import { confirm, type ExitCode, type Io, type Prompts, withSpinner } from '@countersign/terminal';
import type { YesOption } from '../command-line/perform.ts';
import { Missing } from '../missing.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { accountQuestions, showAccount, showAccounts, showResetCode, tellOfAccount } from '../ui/accounts.ts';
import { waits } from '../ui/asking.ts';

const ASKING = { asks: true } as const;

export async function listUsers(io: Io, settings: Settings): Promise<ExitCode> {
  const missing = new Missing();
  const exit = await administer(io, settings, (accounts) =>
    showAccounts(io, settings, accounts.list(missing.note)),
  );
  return missing.exit(io, 'record') || exit;
}

export function showUser(io: Io, settings: Settings, name: string): Promise<ExitCode> {
  return administer(io, settings, async (accounts) => {
    const account = await withSpinner(io, waits.counters, () => accounts.show(name));
    await showAccount(io, settings, account);
  });
}

export function unlockUser(io: Io, settings: Settings, name: string): Promise<ExitCode> {
  return administer(io, settings, async (accounts) => {
    const { username } = await accounts.unlock(name);
    await tellOfAccount(io, settings, 'unlocked', username);
  });
}

export function disableUser(io: Io, settings: Settings, name: string): Promise<ExitCode> {
  return administer(io, settings, async (accounts) => {
    const { username, changed } = await accounts.disable(name);
    await tellOfAccount(io, settings, changed ? 'disabled' : 'already_disabled', username);
  });
}

export function enableUser(io: Io, settings: Settings, name: string): Promise<ExitCode> {
  return administer(io, settings, async (accounts) => {
    const { username, changed } = await accounts.enable(name);
    await tellOfAccount(io, settings, changed ? 'enabled' : 'already_enabled', username);
  });
}

export function removeUser(io: Io, settings: Settings, name: string, { yes }: YesOption): Promise<ExitCode> {
  return administer(
    io,
    settings,
    async (accounts, prompts) => {
      const account = await accounts.find(name);
      const { username } = account;
      await confirm(io, prompts, { message: accountQuestions.remove(username), expected: username, yes });
      await accounts.remove(account);
      await tellOfAccount(io, settings, 'removed', username);
    },
    ASKING,
  );
}

export function resetTotp(io: Io, settings: Settings, name: string, { yes }: YesOption): Promise<ExitCode> {
  return administer(
    io,
    settings,
    async (accounts, prompts) => {
      const account = await accounts.find(name);
      await confirm(io, prompts, { message: accountQuestions.resetTotp(account.username), yes });
      await showResetCode(io, settings, account.username, await accounts.resetTotp(account));
    },
    ASKING,
  );
}

async function administer(
  io: Io,
  settings: Settings,
  task: (accounts: Administration, prompts: Prompts) => Promise<void>,
  options: { readonly asks?: boolean } = {},
): Promise<ExitCode> {
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      const { now: clock, randomBytes } = io;
      const limits = await keptLimits(store);
      const missing = new Missing();
      const world = { store, limits, clock, randomBytes, onUnreadableCounter: missing.note };
      await task(new Administration(world), prompts);
      return missing.exit(io, 'counter');
    },
    options,
  );
}
