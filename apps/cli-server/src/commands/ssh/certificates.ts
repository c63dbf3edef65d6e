/** `ssh list`, `ssh revoke`, `ssh resume`: the certificates that were issued. */
import { Administration } from '@countersign/auth-server/accounts';
import { type IssuedRecord, openSsh } from '@countersign/auth-server/credentials';
import { keptLimits } from '@countersign/auth-server/limits';
import { counted, type ExitCode, isoTime, moment, sentence, usageError } from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { type On, type Opened, withStore } from '../../command.ts';
import { Unreadable } from '../../ui/messages.ts';

export async function listCertificates({ io, world, say }: Opened): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const found: IssuedRecord[] = [];
  for await (const issued of openSsh(world).certificates.unexpired(unreadable.add)) found.push(issued);
  found.sort((a, b) => a.issued - b.issued);
  await say({
    json: found.map(({ serial, username, uid, roles, fingerprint, issued, expires, revoked }) => {
      const times = { issued: isoTime(issued), expires: isoTime(expires) };
      return { serial, username, uid, roles, fingerprint, ...times, revoked };
    }),
    table: {
      none: 'There are no certificates that have not expired.',
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
    },
  });
  return unreadable.report(io, 'record');
}

interface RevokeOptions extends YesOption {
  readonly user?: string;
  readonly all?: boolean;
}

interface Revoked {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export function revokeCertificates(
  on: On,
  serial: string | undefined,
  { user, all, yes }: RevokeOptions,
): Promise<void> {
  if ([serial, user, all].filter((each) => each !== undefined).length !== 1)
    throw usageError('usage', 'Say what to revoke.', 'Give either a serial number, --user NAME or --all.');
  const revoke = async (opened: Opened) => {
    const { json, text } =
      serial !== undefined
        ? await revokeOne(opened, serial, yes)
        : await (user === undefined ? revokeAll(opened, yes) : revokeAccount(opened, user, yes));
    const later =
      'Hosts refuse revoked certificates once they have the next revocation list. Open SSH sessions continue.';
    await opened.say({ json: { event: 'ssh_revoked', ...json }, text, notes: [later] });
  };
  return withStore(on, revoke, { asks: true });
}

async function revokeOne(
  { world, confirm }: Opened,
  serial: string,
  yes: boolean | undefined,
): Promise<Revoked> {
  await confirm({ message: `The certificate ${serial} will stop working. Continue?`, yes });
  const { username } = await openSsh(world).administration.revoke(serial);
  return {
    json: { serial, username },
    text: sentence`The certificate ${serial} of ${username} is revoked.`,
  };
}

async function revokeAccount(
  { world, confirm }: Opened,
  name: string,
  yes: boolean | undefined,
): Promise<Revoked> {
  const limits = await keptLimits(world.store);
  const account = await new Administration({ ...world, limits }).find(name);
  const { username } = account;
  await confirm({ message: sentence`Every certificate of ${username} will stop working. Continue?`, yes });
  const count = await openSsh(world).administration.revokeAccount(account);
  return {
    json: { username, count },
    text: sentence`${counted(count, 'certificate')} of ${username} revoked. To keep the user out as well: countersign-server user disable`,
  };
}

async function revokeAll({ world, confirm }: Opened, yes: boolean | undefined): Promise<Revoked> {
  await confirm({ message: 'Every certificate of every user will stop working. Continue?', yes });
  await openSsh(world).administration.revokeAll();
  return { json: { all: true }, text: 'Every certificate is revoked. Users can get new ones at once.' };
}

export async function resumeIssuing({ world, say }: Opened): Promise<void> {
  const { administration } = openSsh(world);
  const isPaused = await administration.isPaused();
  if (isPaused) await administration.resume();
  await say({
    json: { event: isPaused ? 'ssh_resumed' : 'ssh_already_resumed' },
    text: isPaused ? 'Certificates are issued again.' : 'Issuing certificates was not paused.',
  });
}
