/** `user sessions`, `user end-sessions`: what of an account is still valid, and ending it. */
import type { AccountDetails } from '@countersign/auth-server/accounts';
import type { IssuedRecord } from '@countersign/auth-server/credentials';
import {
  type ExitCode,
  isoTime,
  moment,
  note,
  plain,
  printFields,
  printJson,
  printLine,
  relative,
  sentence,
  styleFor,
} from '@countersign/terminal';
import { isoTimeIfAny, printResult, serverCall, Unreadable } from '../../ui/messages.ts';
import { sshOf } from '../ssh/ssh-of.ts';
import type { OnAccounts } from './on-accounts.ts';

type Device = AccountDetails['devices'][number];

export async function listSessions(on: OnAccounts, name: string): Promise<ExitCode> {
  const { io, settings, accounts } = on;
  const { uid } = await accounts.find(name);
  const { username, lastLogin, devices } = await accounts.show(name);
  const unreadable = new Unreadable();
  const certificates: IssuedRecord[] = [];
  for await (const issued of sshOf(on).certificates.unexpired(unreadable.add))
    if (issued.uid === uid && !issued.revoked) certificates.push(issued);
  certificates.sort((a, b) => a.issued - b.issued);
  if (settings.json)
    await printJson(io, {
      username,
      lastLogin: isoTimeIfAny(lastLogin),
      devices: devices.map(deviceForPrograms),
      certificates: certificates.map(({ serial, roles, fingerprint, issued, expires }) => ({
        serial,
        roles,
        fingerprint,
        issued: isoTime(issued),
        expires: isoTime(expires),
      })),
    });
  else {
    const now = io.now() / 1000;
    await printLine(io, styleFor(io.stdout, io.env).bold(plain(username)));
    await printFields(io, [
      ['Last login', lastLogin === undefined ? 'never' : `${moment(lastLogin)}, ${relative(lastLogin, now)}`],
      ...listed(
        'Known devices',
        devices.map((device) => deviceInWords(device, now)),
      ),
      ...listed(
        'SSH certificates',
        certificates.map(
          ({ serial, roles, expires }) =>
            `${serial}, ${roles.join(' ')}, until ${moment(expires)}, ${relative(expires, now)}`,
        ),
      ),
    ]);
    note(io, 'Open connections are not listed. One lasts eight hours at most.');
    note(io, `To end all sessions: ${serverCall(io, settings, 'user', 'end-sessions', username)}`);
  }
  return unreadable.report(io, 'record');
}

export async function endSessions({ io, settings, accounts }: OnAccounts, name: string): Promise<void> {
  const { username } = await accounts.endSessions(name);
  const words = sentence`All sessions of ${username} have ended. Its devices are forgotten.`;
  await printResult(io, settings, { event: 'user_sessions_ended', username }, words);
  if (settings.json) return;
  note(
    io,
    'Hosts refuse its SSH certificates once they have the next revocation list. Open SSH sessions continue.',
  );
  note(
    io,
    `The password still works. To keep the user out: ${serverCall(io, settings, 'user', 'disable', username)}`,
  );
}

/** Several values under one name, or `none`. */
function listed(name: string, values: readonly string[]): [name: string, value: string][] {
  if (values.length === 0) return [[name, 'none']];
  return values.map((value, i) => [i === 0 ? name : '', value]);
}

export function deviceInWords({ added, used, source }: Device, now: number): string {
  const from = source === undefined ? '' : ` from ${plain(source)}`;
  return `since ${moment(added)}, used ${relative(used, now)}${from}`;
}

export function deviceForPrograms({ added, used, source }: Device) {
  return { added: isoTime(added), used: isoTime(used), source };
}
