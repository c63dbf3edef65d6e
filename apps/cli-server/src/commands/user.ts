/** `user …`: the accounts of the users. All of it works while servers run. */
import { type AccountDetails, type AccountOverview, isRole } from '@countersign/auth-server/accounts';
import {
  confirm,
  counted,
  type ExitCode,
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
import { InvalidArgumentError } from 'commander';
import { reachableAddress, YES, type YesOption } from '../arguments.ts';
import type { Define } from '../program.ts';
import type { Settings } from '../settings.ts';
import { isoTimeIfAny, printResult, serverCall, Unreadable } from '../ui/messages.ts';
import { stateInWords, waitInWords } from '../ui/waits.ts';
import { type OnAccounts, onAccounts } from './user/on-accounts.ts';
import { renameUser } from './user/rename.ts';
import { resetPassword } from './user/reset-password.ts';
import { deviceForPrograms, deviceInWords, endSessions, listSessions } from './user/sessions.ts';

const READING_COUNTERS = 'Reading the counters of failed attempts';

export const defineUser: Define = (user, perform) => {
  user
    .command('list')
    .description('list all accounts and who has to wait')
    .action(perform(onAccounts(listUsers)));
  user
    .command('show <name>')
    .description('show one account')
    .action(perform(onAccounts(showUser)));
  user
    .command('unlock <name>')
    .description('end the waits and the lock after wrong passwords and codes')
    .action(perform(onAccounts(unlockUser)));
  user
    .command('disable <name>')
    .description('refuse logins to the account and end its sessions')
    .action(perform(onAccounts(disableUser)));
  user
    .command('enable <name>')
    .description('allow logins again')
    .action(perform(onAccounts(enableUser)));
  user
    .command('roles <name>')
    .argument('[changes...]', '+ROLE to add a role, -ROLE to remove one', roleChange)
    .description('show or change the roles of the account')
    // Otherwise commander would take -ROLE for an option.
    .allowUnknownOption()
    .action(perform(onAccounts(changeRoles)));
  user
    .command('sessions <name>')
    .description('show the known devices and the SSH certificates of the account')
    .action(perform(onAccounts(listSessions)));
  user
    .command('end-sessions <name>')
    .description('end all sessions, forget the devices and revoke the SSH certificates of the account')
    .action(perform(onAccounts(endSessions)));
  user
    .command('rename <old> <new>')
    .description('give the account another name; the password stays')
    .option(...YES)
    .action(perform(onAccounts(renameUser, { asks: true })));
  user
    .command('remove <name>')
    .description('remove the account; its name can be registered again')
    .option(...YES)
    .action(perform(onAccounts(removeUser, { asks: true })));
  user
    .command('reset-password <name>')
    .description('for a forgotten password: print a code with which the user sets a new one within a day')
    .option(
      '--server <host:port>',
      'where users reach the server (default: from the last start --public)',
      reachableAddress,
    )
    .option(...YES)
    .action(perform(onAccounts(resetPassword, { asks: true })));
  user
    .command('reset-totp <name>')
    .description('for a lost authenticator: print one code with which the user can set up a new one')
    .option(...YES)
    .action(perform(onAccounts(resetTotp, { asks: true })));
};

async function listUsers({ io, settings, accounts }: OnAccounts): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const found: AccountOverview[] = [];
  await withSpinner(io, READING_COUNTERS, async () => {
    // Objects are printed as they come, so that memory does not grow with the number of accounts.
    for await (const account of accounts.list(unreadable.add))
      if (settings.json) await printJson(io, forPrograms(account));
      else found.push(account);
  });
  if (!settings.json) await printAccounts(io, found);
  return unreadable.report(io, 'record');
}

async function showUser({ io, settings, accounts }: OnAccounts, name: string): Promise<void> {
  const account = await withSpinner(io, READING_COUNTERS, () => accounts.show(name));
  if (!settings.json) return printAccount(io, settings, account);
  const { failures, devices, codesRefusedUntil } = account;
  const { unfinished, ...counts } = failures;
  await printJson(io, {
    ...forPrograms(account),
    failures: unfinished ? { ...counts, unfinished: { ...unfinished, at: isoTime(unfinished.at) } } : counts,
    devices: devices.map(deviceForPrograms),
    codesRefusedUntil: isoTimeIfAny(codesRefusedUntil),
  });
}

async function unlockUser({ io, settings, accounts }: OnAccounts, name: string): Promise<void> {
  const { username } = await accounts.unlock(name);
  const words = sentence`${username} is unlocked. All waits after wrong passwords and codes have ended.`;
  await printResult(io, settings, { event: 'user_unlocked', username }, words);
}

async function disableUser({ io, settings, accounts }: OnAccounts, name: string): Promise<void> {
  const { username, changed } = await accounts.disable(name);
  const event = changed ? 'user_disabled' : 'user_already_disabled';
  const words = changed ? 'is disabled. All sessions have ended.' : 'was already disabled.';
  await printResult(io, settings, { event, username }, sentence`${username} ${words}`);
}

async function enableUser({ io, settings, accounts }: OnAccounts, name: string): Promise<void> {
  const { username, changed } = await accounts.enable(name);
  const event = changed ? 'user_enabled' : 'user_already_enabled';
  const words = changed ? 'is enabled.' : 'was not disabled.';
  await printResult(io, settings, { event, username }, sentence`${username} ${words}`);
}

async function changeRoles(
  { io, settings, accounts }: OnAccounts,
  name: string,
  changes: RoleChanges | undefined,
): Promise<void> {
  const { username, roles, changed } = changes
    ? await accounts.changeRoles(name, changes)
    : { ...(await accounts.show(name)), changed: false };
  const event = changed ? 'user_roles_changed' : 'user_roles';
  const has =
    roles.length === 0
      ? sentence`${username} has no roles.`
      : sentence`${username} has the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(' ')}.`;
  const ended = changed && changes && changes.remove.length > 0 ? ' Its sessions have ended.' : '';
  await printResult(io, settings, { event, username, roles }, `${has}${ended}`);
}

interface RoleChanges {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Adds `+ROLE` or `-ROLE` to the changes before it. */
function roleChange(word: string, { add, remove }: RoleChanges = { add: [], remove: [] }): RoleChanges {
  const role = word.slice(1);
  if (!/^[+-]/.test(word) || !isRole(role))
    throw new InvalidArgumentError(
      'Use +ROLE or -ROLE. A role has 1 to 32 characters of a-z, 0-9, _ . and -, and begins with a letter or _.',
    );
  if (add.includes(role) || remove.includes(role)) throw new InvalidArgumentError('Name each role once.');
  return word.startsWith('+') ? { add: [...add, role], remove } : { add, remove: [...remove, role] };
}

async function removeUser(
  { io, settings, accounts, prompts }: OnAccounts,
  name: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const { username } = account;
  const message = sentence`To remove the account ${username} and everything in it, type its name`;
  await confirm(io, prompts, { message, expected: username, yes });
  await accounts.remove(account);
  await printResult(io, settings, { event: 'user_removed', username }, sentence`${username} is removed.`);
}

async function resetTotp(
  { io, settings, accounts, prompts }: OnAccounts,
  name: string,
  { yes }: YesOption,
): Promise<void> {
  const account = await accounts.find(name);
  const { username } = account;
  const message = sentence`The authenticator and the recovery codes of ${username} will stop working. Continue?`;
  await confirm(io, prompts, { message, yes });
  const recoveryCode = await accounts.resetTotp(account);
  const words = sentence`Recovery code for ${username}: ${recoveryCode}`;
  await printResult(io, settings, { event: 'user_totp_reset', username, recoveryCode }, words);
  if (settings.json) return;
  note(io, 'It is shown only once. Give it to the user in person or over a secure channel.');
  note(io, 'The user logs in with the password and this code, and then sets up a new authenticator.');
}

async function printAccounts(io: Io, accounts: AccountOverview[]): Promise<void> {
  if (accounts.length === 0) return note(io, 'There are no accounts yet.');
  accounts.sort((a, b) => (a.username < b.username ? -1 : 1));
  const withRoles = accounts.some(({ roles }) => roles.length > 0);
  await printTable(io, {
    head: ['Name', 'State', ...(withRoles ? ['Roles'] : []), 'Created', 'Last login', 'Recovery codes'],
    keep: 'Name',
    spare: ['Created', 'Recovery codes', 'Last login'],
    rows: accounts.map((account) => [
      account.username,
      stateInWords(account),
      ...(withRoles ? [account.roles.join(' ')] : []),
      moment(account.created),
      account.lastLogin === undefined
        ? `never${account.imported ? ' (imported)' : ''}`
        : moment(account.lastLogin),
      account.recoveryCodesLeft,
    ]),
  });
}

async function printAccount(io: Io, settings: Settings, account: AccountDetails): Promise<void> {
  const { username, created, lastLogin, suite, stretch, totp, devices, roles, waits, codesRefusedUntil } =
    account;
  const now = io.now() / 1000;
  await printLine(io, styleFor(io.stdout, io.env).bold(plain(username)));
  const refused =
    codesRefusedUntil === undefined
      ? []
      : [
          `refused as already used until ${moment(codesRefusedUntil)}: this clock was ahead at the last login`,
        ];
  await printFields(io, [
    ['State', stateInWords(account)],
    ...fields(
      'Not accepted',
      waits.map((wait) => waitInWords(wait, now)),
    ),
    ...fields('Codes', refused),
    ['Roles', roles.length === 0 ? 'none' : roles.join(' ')],
    ['Created', moment(created)],
    ['Last login', lastLogin === undefined ? 'never' : `${moment(lastLogin)}, ${relative(lastLogin, now)}`],
    ['Failed since', failuresInWords(account, now)],
    [
      'Password',
      stretch.name === 'none'
        ? `${suite}, not stretched (renewed at the next login)`
        : `${suite}, Argon2id with ${stretch.m / 1024} MiB, ${stretch.t} passes`,
    ],
    [
      'Authenticator',
      `${totp.algorithm}, ${totp.digits} digits, ${totp.period} s${totp.weak ? ', weak' : ''}`,
    ],
    ['Recovery codes', `${account.recoveryCodesLeft} left`],
    ...fields(
      'Known devices',
      devices.map((device) => deviceInWords(device, now)),
    ),
  ]);
  const advice = adviceFor(io, settings, account);
  if (advice !== undefined) note(io, advice);
}

/** Several values under one name. */
function fields(name: string, values: readonly string[]): [name: string, value: string][] {
  return values.map((value, i) => [i === 0 ? name : '', value]);
}

function failuresInWords(
  { failures: { passwords, codes, unfinished } }: AccountDetails,
  now: number,
): string {
  const refused = `${counted(passwords, 'password')}, ${counted(codes, 'code')}`;
  if (!unfinished) return refused;
  const { count, source, at } = unfinished;
  return `${refused}, ${counted(count, 'login')} not completed, the last from ${plain(source)}, ${relative(at, now)}`;
}

function adviceFor(
  io: Io,
  settings: Settings,
  { state, username, codesRefusedUntil }: AccountDetails,
): string | undefined {
  const call = (word: string) => serverCall(io, settings, 'user', word, username);
  switch (state) {
    case 'active':
      return codesRefusedUntil === undefined ? undefined : `To accept codes again: ${call('unlock')}`;
    case 'disabled':
      return `To allow logins again: ${call('enable')}`;
    case 'waiting':
      return `To end the wait: ${call('unlock')}`;
    case 'codes_locked':
      return `A recovery code unlocks the account, if one is still accepted. Otherwise: ${call('unlock')}`;
    case 'password_reset':
      return `The user sets a new password with the code that you were shown. To make another one: ${call('reset-password')}`;
    case 'totp_reset':
      return 'The user logs in with the password and the code that you were shown, and sets up a new authenticator.';
  }
}

function forPrograms(account: AccountOverview): Record<string, unknown> {
  return {
    ...account,
    created: isoTime(account.created),
    lastLogin: isoTimeIfAny(account.lastLogin),
    waits: account.waits.map((wait) => ({ ...wait, until: isoTimeIfAny(wait.until) })),
  };
}
