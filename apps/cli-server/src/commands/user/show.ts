/** `user show NAME` */
import type { AccountDetails } from '@countersign/auth-server/accounts';
import {
  counted,
  type Fields,
  isoTime,
  moment,
  plain,
  relative,
  styleFor,
  withSpinner,
} from '@countersign/terminal';
import { stateInWords, waitInWords } from '../../ui/waits.ts';
import { forPrograms, READING_COUNTERS } from './list.ts';
import type { OnAccounts } from './on-accounts.ts';
import { deviceForPrograms, deviceInWords, lastLoginInWords } from './sessions.ts';

export async function showUser({ io, say, call, accounts }: OnAccounts, name: string): Promise<void> {
  const account = await withSpinner(io, READING_COUNTERS, () => accounts.show(name));
  const { failures, devices, codesRefusedUntil } = account;
  const { unfinished, ...counts } = failures;
  await say({
    json: {
      ...forPrograms(account),
      failures: unfinished
        ? { ...counts, unfinished: { ...unfinished, at: isoTime(unfinished.at) } }
        : counts,
      devices: devices.map(deviceForPrograms),
      codesRefusedUntil: isoTime(codesRefusedUntil),
    },
    text: styleFor(io.stdout, io.env).bold(plain(account.username)),
    fields: fieldsOf(account, io.now() / 1000),
    notes: [adviceFor(account, (word) => call('user', word, account.username))],
  });
}

function fieldsOf(account: AccountDetails, now: number): Fields {
  const { stretch, suite, totp, roles, codesRefusedUntil } = account;
  const refused = `refused as already used until ${moment(codesRefusedUntil ?? 0)}: this clock was ahead at the last login`;
  const password =
    stretch.name === 'none'
      ? 'not stretched (renewed at the next login)'
      : `Argon2id with ${stretch.m / 1024} MiB, ${stretch.t} passes`;
  const app = `${totp.algorithm}, ${totp.digits} digits, ${totp.period} s${totp.weak ? ', weak' : ''}`;
  return [
    ['State', stateInWords(account)],
    ['Not accepted', account.waits.map((wait) => waitInWords(wait, now))],
    ['Codes', codesRefusedUntil === undefined ? undefined : refused],
    ['Roles', roles.length === 0 ? 'none' : roles.join(' ')],
    ['Created', moment(account.created)],
    ['Last login', lastLoginInWords(account, now)],
    ['Failed since', failuresInWords(account, now)],
    ['Password', `${suite}, ${password}`],
    ['Authenticator', app],
    ['Recovery codes', `${account.recoveryCodesLeft} left`],
    ['Known devices', account.devices.map((device) => deviceInWords(device, now))],
  ];
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
  { state, codesRefusedUntil }: AccountDetails,
  call: (word: string) => string,
): string | undefined {
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
