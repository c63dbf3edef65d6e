/** `user sessions NAME`: what of an account is still valid. */
import type { AccountDetails } from '@countersign/auth-server/accounts';
import { type IssuedRecord, openSsh } from '@countersign/auth-server/credentials';
import { type ExitCode, isoTime, moment, plain, relative, styleFor } from '@countersign/terminal';
import { Unreadable } from '../../ui/messages.ts';
import type { OnAccounts } from './on-accounts.ts';

type Device = AccountDetails['devices'][number];

export async function listSessions(on: OnAccounts, name: string): Promise<ExitCode> {
  const { io, accounts } = on;
  const { uid } = await accounts.find(name);
  const account = await accounts.show(name);
  const { username, devices } = account;
  const unreadable = new Unreadable();
  const certificates: IssuedRecord[] = [];
  for await (const issued of openSsh(on.world).certificates.unexpired(unreadable.add))
    if (issued.uid === uid && !issued.revoked) certificates.push(issued);
  certificates.sort((a, b) => a.issued - b.issued);
  const now = io.now() / 1000;
  const orNone = (values: string[]) => (values.length === 0 ? ['none'] : values);
  await on.say({
    json: {
      username,
      lastLogin: isoTime(account.lastLogin),
      devices: devices.map(deviceForPrograms),
      certificates: certificates.map(({ serial, roles, fingerprint, issued, expires }) => ({
        ...{ serial, roles, fingerprint },
        issued: isoTime(issued),
        expires: isoTime(expires),
      })),
    },
    text: styleFor(io.stdout, io.env).bold(plain(username)),
    fields: [
      ['Last login', lastLoginInWords(account, now)],
      ['Known devices', orNone(devices.map((device) => deviceInWords(device, now)))],
      ['SSH certificates', orNone(certificates.map((each) => certificateInWords(each, now)))],
    ],
    notes: [
      'Open connections are not listed. One lasts eight hours at most.',
      `To end all sessions: ${on.call('user', 'end-sessions', username)}`,
    ],
  });
  return unreadable.report(io, 'record');
}

export function lastLoginInWords({ lastLogin }: AccountDetails, now: number): string {
  return lastLogin === undefined ? 'never' : `${moment(lastLogin)}, ${relative(lastLogin, now)}`;
}

function certificateInWords({ serial, roles, expires }: IssuedRecord, now: number): string {
  return `${serial}, ${roles.join(' ')}, until ${moment(expires)}, ${relative(expires, now)}`;
}

export function deviceInWords({ added, used, source }: Device, now: number): string {
  const from = source === undefined ? '' : ` from ${plain(source)}`;
  return `since ${moment(added)}, used ${relative(used, now)}${from}`;
}

export function deviceForPrograms({ added, used, source }: Device) {
  return { added: isoTime(added), used: isoTime(used), source };
}
