/** `ssh list`, `ssh revoke`, `ssh resume`: the certificates that were issued. */
import { Administration } from '@countersign/auth-server/accounts';
import type { IssuedRecord } from '@countersign/auth-server/credentials';
import { keptLimits } from '@countersign/auth-server/limits';
import {
  confirm,
  counted,
  type ExitCode,
  type Io,
  isoTime,
  moment,
  note,
  printJson,
  printTable,
  sentence,
  usageError,
} from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { type Opened, withStore } from '../../open-store.ts';
import type { Settings } from '../../settings.ts';
import { printResult, Unreadable } from '../../ui/messages.ts';
import { sshOf } from './ssh-of.ts';

export async function listCertificates(opened: Opened): Promise<ExitCode> {
  const { io, settings } = opened;
  const unreadable = new Unreadable();
  const found: IssuedRecord[] = [];
  for await (const issued of sshOf(opened).certificates.unexpired(unreadable.add)) found.push(issued);
  found.sort((a, b) => a.issued - b.issued);
  if (settings.json) for (const issued of found) await printJson(io, forPrograms(issued));
  else await printCertificates(io, found);
  return unreadable.report(io, 'record');
}

async function printCertificates(io: Io, found: readonly IssuedRecord[]): Promise<void> {
  if (found.length === 0) return note(io, 'There are no certificates that have not expired.');
  await printTable(io, {
    head: ['Serial', 'User', 'Roles', 'Issued', 'Expires', 'Revoked'],
    keep: 'Serial',
    spare: ['Issued'],
    rows: found.map(({ serial, username, roles, issued, expires, revoked }) => [
      serial,
      username,
      roles.join(' '),
      moment(issued),
      moment(expires),
      revoked ? 'yes' : 'no',
    ]),
  });
}

function forPrograms({ serial, username, uid, roles, fingerprint, issued, expires, revoked }: IssuedRecord) {
  const times = { issued: isoTime(issued), expires: isoTime(expires) };
  return { serial, username, uid, roles, fingerprint, ...times, revoked };
}

interface RevokeOptions extends YesOption {
  readonly user?: string;
  readonly all?: boolean;
}

export function revokeCertificates(
  io: Io,
  settings: Settings,
  serial: string | undefined,
  { user, all, yes }: RevokeOptions,
): Promise<void> {
  if ([serial, user, all].filter((each) => each !== undefined).length !== 1)
    throw usageError('usage', 'Say what to revoke.', 'Give either a serial number, --user NAME or --all.');
  return withStore(
    io,
    settings,
    async (opened) => {
      if (serial !== undefined) await revokeOne(opened, serial, yes);
      else if (user !== undefined) await revokeAccount(opened, user, yes);
      else await revokeAll(opened, yes);
      if (!settings.json)
        note(
          io,
          'Hosts refuse revoked certificates once they have the next revocation list. Open SSH sessions continue.',
        );
    },
    { asks: true },
  );
}

async function revokeOne(opened: Opened, serial: string, yes: boolean | undefined): Promise<void> {
  const { io, settings, prompts } = opened;
  await confirm(io, prompts, { message: `The certificate ${serial} will stop working. Continue?`, yes });
  const { username } = await sshOf(opened).administration.revoke(serial);
  const words = sentence`The certificate ${serial} of ${username} is revoked.`;
  await printResult(io, settings, { event: 'ssh_revoked', serial, username }, words);
}

async function revokeAccount(opened: Opened, name: string, yes: boolean | undefined): Promise<void> {
  const { io, settings, prompts, store } = opened;
  const { now: clock, randomBytes } = io;
  const limits = await keptLimits(store);
  const account = await new Administration({ store, limits, clock, randomBytes }).find(name);
  const { username } = account;
  const message = sentence`Every certificate of ${username} will stop working. Continue?`;
  await confirm(io, prompts, { message, yes });
  const count = await sshOf(opened).administration.revokeAccount(account);
  const words = sentence`${counted(count, 'certificate')} of ${username} revoked. To keep the user out as well: countersign-server user disable`;
  await printResult(io, settings, { event: 'ssh_revoked', username, count }, words);
}

async function revokeAll(opened: Opened, yes: boolean | undefined): Promise<void> {
  const { io, settings, prompts } = opened;
  const message = 'Every certificate of every user will stop working. Continue?';
  await confirm(io, prompts, { message, yes });
  await sshOf(opened).administration.revokeAll();
  const words = 'Every certificate is revoked. Users can get new ones at once.';
  await printResult(io, settings, { event: 'ssh_revoked', all: true }, words);
}

export async function resumeIssuing(opened: Opened): Promise<void> {
  const { io, settings } = opened;
  const { administration } = sshOf(opened);
  const isPaused = await administration.isPaused();
  if (isPaused) await administration.resume();
  const event = isPaused ? 'ssh_resumed' : 'ssh_already_resumed';
  const words = isPaused ? 'Certificates are issued again.' : 'Issuing certificates was not paused.';
  await printResult(io, settings, { event }, words);
}
