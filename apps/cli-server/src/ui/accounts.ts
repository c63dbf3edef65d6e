/** Accounts in words and tables. */
import type { AccountDetails, AccountOverview } from '@countersign/auth-server/accounts';
import {
  counted,
  type Io,
  isoTime,
  moment,
  note,
  plain,
  printFields,
  printJson,
  printLine,
  printTable,
  relative,
  sentence,
  styleFor,
  withSpinner,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { waits as spinning } from './asking.ts';
import { serverCall } from './calls.ts';
import { stateInWords, waitInWords } from './waits.ts';

export const accountQuestions = {
  remove: (username: string) =>
    sentence`The account ${username} and everything in it will be gone. Type its name to remove it`,
  resetTotp: (username: string) =>
    sentence`The authenticator and the recovery codes of ${username} will be worth nothing. Go on?`,
} as const;

/** A table sorted by name; as JSON one account a line, in no order, however many there are. */
export async function showAccounts(
  io: Io,
  { json }: Settings,
  accounts: AsyncIterable<AccountOverview>,
): Promise<void> {
  if (json) {
    for await (const account of accounts) await printJson(io, forPrograms(account));
    return;
  }
  const found: AccountOverview[] = [];
  await withSpinner(io, spinning.counters, async () => {
    for await (const account of accounts) found.push(account);
  });
  if (found.length === 0) return note(io, 'There are no accounts yet.');
  found.sort((a, b) => (a.username < b.username ? -1 : 1));
  await printTable(io, {
    head: ['Name', 'State', 'Created', 'Last login', 'Recovery codes'],
    keep: 'Name',
    spare: ['Created', 'Recovery codes', 'Last login'],
    rows: found.map((account) => {
      const { username, created, lastLogin, recoveryCodesLeft, imported } = account;
      const never = imported ? 'never (imported)' : 'never';
      return [
        username,
        stateInWords(account),
        moment(created),
        lastLogin === undefined ? never : moment(lastLogin),
        recoveryCodesLeft,
      ];
    }),
  });
}

export async function showAccount(io: Io, settings: Settings, account: AccountDetails): Promise<void> {
  if (settings.json) {
    const known = account.devices.map(({ added, used }) => ({ added: isoTime(added), used: isoTime(used) }));
    return printJson(io, {
      ...forPrograms(account),
      failures: failuresForPrograms(account),
      devices: known,
      codesRefusedUntil: isoTimeIfAny(account.codesRefusedUntil),
    });
  }
  const { username, created, lastLogin, suite, stretch, totp, failures, devices, waits } = account;
  const now = io.now() / 1000;
  await printLine(io, styleFor(io.stdout, io.env).bold(plain(username)));
  await printFields(io, [
    ['State', stateInWords(account)],
    ...several(
      'Not taken',
      waits.map((wait) => waitInWords(wait, now)),
    ),
    ...several('Codes', codesInWords(account)),
    ['Created', moment(created)],
    ['Last login', lastLogin === undefined ? 'never' : `${moment(lastLogin)}, ${relative(lastLogin, now)}`],
    ['Failed since', failuresInWords(failures, now)],
    ['Password', `${suite}, ${stretchInWords(stretch)}`],
    [
      'Authenticator',
      `${totp.algorithm}, ${totp.digits} digits, ${totp.period} s${totp.weak ? ', weak' : ''}`,
    ],
    ['Recovery codes', `${account.recoveryCodesLeft} left`],
    ...several(
      'Known devices',
      devices.map(({ added, used }) => `since ${moment(added)}, used ${relative(used, now)}`),
    ),
  ]);
  const advice = adviceFor(io, settings, account);
  if (advice !== undefined) note(io, advice);
}

function forPrograms(account: AccountOverview): Record<string, unknown> {
  const { created, lastLogin, waits } = account;
  return {
    ...account,
    created: isoTime(created),
    lastLogin: isoTimeIfAny(lastLogin),
    waits: waits.map((wait) => ({ ...wait, until: isoTimeIfAny(wait.until) })),
  };
}

function isoTimeIfAny(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : isoTime(seconds);
}

/** Several values under one name. */
function several(name: string, values: readonly string[]): [name: string, value: string][] {
  return values.map((value, i) => [i === 0 ? name : '', value]);
}

function stretchInWords(stretch: AccountDetails['stretch']): string {
  if (stretch.name === 'none') return 'not stretched (renewed at the next login)';
  return `Argon2id with ${stretch.m / 1024} MiB, ${stretch.t} passes`;
}

function codesInWords({ codesRefusedUntil }: AccountDetails): string[] {
  if (codesRefusedUntil === undefined) return [];
  return [`refused as used until ${moment(codesRefusedUntil)}: this clock was ahead at the last login`];
}

function adviceFor(
  io: Io,
  settings: Settings,
  { state, username, codesRefusedUntil }: AccountDetails,
): string | undefined {
  const call = (word: string) => serverCall(io, settings, 'user', word, username);
  switch (state) {
    case 'active':
      return codesRefusedUntil === undefined ? undefined : `To take codes again: ${call('unlock')}`;
    case 'disabled':
      return `To let it take logins again: ${call('enable')}`;
    case 'waiting':
      return `To end the wait: ${call('unlock')}`;
    case 'codes_locked':
      return `A recovery code opens it where one is still taken, or: ${call('unlock')}`;
    case 'totp_reset':
      return 'The user logs in with the password and the code you were shown, and enrols a new authenticator.';
  }
}

const DONE = {
  unlocked: 'is unlocked: waits after wrong passwords and codes are over.',
  disabled: 'is disabled, and its sessions are over.',
  already_disabled: 'was disabled already.',
  enabled: 'takes logins again.',
  already_enabled: 'was not disabled.',
  removed: 'is removed.',
} as const;

export async function tellOfAccount(
  io: Io,
  { json }: Settings,
  what: keyof typeof DONE,
  username: string,
): Promise<void> {
  if (json) await printJson(io, { event: `user_${what}`, username });
  else await printLine(io, sentence`${username} ${DONE[what]}`);
}

export async function showResetCode(
  io: Io,
  { json }: Settings,
  username: string,
  recoveryCode: string,
): Promise<void> {
  if (json) return printJson(io, { event: 'user_totp_reset', username, recoveryCode });
  await printLine(io, sentence`Recovery code for ${username}: ${recoveryCode}`);
  note(io, 'It is shown this once. Give it to the user in person or over a channel you trust:');
  note(
    io,
    'with it and the password, the next login enrols a new authenticator. Nothing else opens the account.',
  );
}

function failuresForPrograms({ failures: { unfinished, ...counts } }: AccountDetails): object {
  return unfinished ? { ...counts, unfinished: { ...unfinished, at: isoTime(unfinished.at) } } : counts;
}

function failuresInWords({ passwords, codes, unfinished }: AccountDetails['failures'], now: number): string {
  const refused = `${counted(passwords, 'password')}, ${counted(codes, 'code')}`;
  if (!unfinished) return refused;
  const { count, source, at } = unfinished;
  return `${refused}, ${counted(count, 'login')} not completed, the last from ${plain(source)}, ${relative(at, now)}`;
}
