/** `user list` */
import type { AccountOverview } from '@countersign/auth-server/accounts';
import { type ExitCode, isoTime, moment, printJson, withSpinner } from '@countersign/terminal';
import { Unreadable } from '../../ui/messages.ts';
import { stateInWords } from '../../ui/waits.ts';
import type { OnAccounts } from './on-accounts.ts';

export const READING_COUNTERS = 'Reading the counters of failed attempts';

export async function listUsers({ io, settings, say, accounts }: OnAccounts): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const found: AccountOverview[] = [];
  await withSpinner(io, READING_COUNTERS, async () => {
    // Objects are printed as they come, so that memory does not grow with the number of accounts.
    for await (const account of accounts.list(unreadable.add))
      if (settings.json) await printJson(io, forPrograms(account));
      else found.push(account);
  });
  found.sort((a, b) => (a.username < b.username ? -1 : 1));
  await say({
    json: [],
    table: {
      none: 'There are no accounts yet.',
      head: ['Name', 'State', 'Roles', 'Created', 'Last login', 'Recovery codes'],
      ifAny: ['Roles'],
      keep: 'Name',
      spare: ['Created', 'Recovery codes', 'Last login'],
      rows: found.map((account) => [
        account.username,
        stateInWords(account),
        account.roles.join(' '),
        moment(account.created),
        account.lastLogin === undefined
          ? `never${account.imported ? ' (imported)' : ''}`
          : moment(account.lastLogin),
        account.recoveryCodesLeft,
      ]),
    },
  });
  return unreadable.report(io, 'record');
}

export function forPrograms(account: AccountOverview): Record<string, unknown> {
  return {
    ...account,
    created: isoTime(account.created),
    lastLogin: isoTime(account.lastLogin),
    waits: account.waits.map((wait) => ({ ...wait, until: isoTime(wait.until) })),
  };
}
