/** `invite …`: invitations, for servers that are not open to everyone. */
import {
  type Invitation,
  isRole,
  MOST_ROLES,
  openRegistry,
  type Registry,
} from '@countersign/auth-server/accounts';
import type { Store } from '@countersign/secure-store';
import { prepareUsername } from '@countersign/srp-core';
import {
  callOf,
  confirm,
  type ExitCode,
  type Io,
  isoTime,
  moment,
  note,
  printJson,
  printLine,
  printTable,
  sentence,
  usageError,
} from '@countersign/terminal';
import { formatAddress } from '@countersign/tls-channel/address';
import { formatInvitation } from '@countersign/wire-protocol';
import { InvalidArgumentError, Option } from 'commander';
import { reachableAddress, span, YES, type YesOption } from '../arguments.ts';
import { inStore, type Opened, withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { reachableServer } from '../reachable-server.ts';
import type { Settings } from '../settings.ts';
import { printResult, refusal, Unreadable } from '../ui/messages.ts';

interface CreateOptions {
  readonly name?: string | undefined;
  readonly server?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  /** Seconds. */
  readonly validFor: number;
}

export const defineInvite: Define = (invite, perform) => {
  invite
    .command('create')
    .description('create an invitation, and print the line of text that the user pastes')
    .option('--name <name>', 'the only user name that it can register')
    .option('--roles <role,...>', 'the roles of the account', roleList)
    .option(
      '--server <host:port>',
      'where users reach the server (default: from the last start --public)',
      reachableAddress,
    )
    .addOption(
      new Option('--valid-for <time>', 'how long it is valid, such as 12h or 2w')
        .argParser(span)
        .default(span('7d'), '7d'),
    )
    .action(perform(createInvitation));
  invite
    .command('list')
    .description('list unused invitations and codes of password resets')
    .action(perform(inStore(listInvitations)));
  invite
    .command('revoke <id>')
    .description('revoke an invitation, or the code of a password reset')
    .option(...YES)
    .action(perform(inStore(revokeInvitation, { asks: true })));
};

/** Parses roles, separated by commas. */
function roleList(text: string): readonly string[] {
  const roles = text.split(',');
  if (!roles.every(isRole))
    throw new InvalidArgumentError(
      'Give roles separated by commas, each 1 to 32 characters of a-z, 0-9, _ . and -, beginning with a letter or _.',
    );
  if (roles.length > MOST_ROLES) throw new InvalidArgumentError(`Give at most ${MOST_ROLES} roles.`);
  return roles;
}

async function createInvitation(
  io: Io,
  settings: Settings,
  { name, server, roles = [], validFor }: CreateOptions,
): Promise<void> {
  const prepared = name === undefined ? undefined : prepareUsername(name);
  if (prepared?.ok === false)
    throw usageError(
      'name_refused',
      'This is not a valid user name.',
      'User names have 1 to 64 letters, digits or other visible characters, and no colon.',
    );
  const username = prepared?.username;
  return withStore(io, settings, async ({ store }) => {
    const { host, port, pin } = await reachableServer(store, settings, server);
    const { accounts, invitations } = registryOf(io, store);
    // Names are not reserved, so someone else may register it first. This only catches a mistake early.
    if (username !== undefined && (await accounts.find(username)))
      throw refusal(
        'name_taken',
        sentence`The account ${username} already exists.`,
        'Use another --name, or none.',
      );
    const now = Math.floor(io.now() / 1000);
    const { invitation, code } = await invitations.create({ now, validFor, username, roles });
    const text = formatInvitation({ host, port, pin, code, username });
    const { id, expires } = invitation;
    const address = formatAddress(host, port);
    if (settings.json) {
      const made = { event: 'invitation_created', id, invite: text, server: address, pin };
      return printJson(io, { ...made, expires: isoTime(expires), username, roles: invitation.roles });
    }
    await printLine(io, text);
    const whom = username === undefined ? '' : sentence` as ${username}`;
    const withRoles =
      roles.length === 0
        ? ''
        : ` with the ${invitation.roles.length === 1 ? 'role' : 'roles'} ${invitation.roles.join(' ')}`;
    note(
      io,
      sentence`This invitation registers one account${whom}${withRoles} at ${address} until ${moment(expires)}. It is shown only once.`,
    );
    const call = callOf(io, 'countersign', 'register', '--invite-file', '-');
    note(
      io,
      `It contains a secret: send it over a secure channel. The user runs this and pastes it: ${call}`,
    );
  });
}

async function listInvitations({ io, settings, store }: Opened): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const found: Invitation[] = [];
  for await (const invitation of registryOf(io, store).invitations.all(unreadable.add))
    found.push(invitation);
  found.sort((a, b) => a.created - b.created);
  await (settings.json ? printForPrograms(io, found) : printForPeople(io, found));
  return unreadable.report(io, 'record');
}

async function printForPrograms(io: Io, invitations: readonly Invitation[]): Promise<void> {
  for (const { id, created, expires, username, roles, resets } of invitations) {
    const times = { created: isoTime(created), expires: isoTime(expires) };
    await printJson(io, { id, ...times, username, roles, resetsPassword: resets !== undefined });
  }
}

async function printForPeople(io: Io, invitations: readonly Invitation[]): Promise<void> {
  if (invitations.length === 0) return note(io, 'There are no invitations.');
  const now = io.now() / 1000;
  const withRoles = invitations.some(({ roles }) => roles.length > 0);
  await printTable(io, {
    head: ['Id', 'For', ...(withRoles ? ['Roles'] : []), 'Created', 'Expires'],
    keep: 'Id',
    spare: ['Created'],
    rows: invitations.map(({ id, created, expires, username, roles, resets }) => [
      id,
      resets === undefined ? (username ?? 'anyone') : `new password of ${username}`,
      ...(withRoles ? [roles.join(' ')] : []),
      moment(created),
      expires > now ? moment(expires) : 'expired',
    ]),
  });
}

async function revokeInvitation(
  { io, settings, store, prompts }: Opened,
  id: string,
  { yes }: YesOption,
): Promise<void> {
  await confirm(io, prompts, { message: sentence`The invitation ${id} will stop working. Continue?`, yes });
  await registryOf(io, store).invitations.revoke(id);
  const words = sentence`The invitation ${id} is revoked.`;
  await printResult(io, settings, { event: 'invitation_revoked', id }, words);
}

function registryOf({ now: clock, randomBytes }: Io, store: Store): Registry {
  return openRegistry({ store, clock, randomBytes });
}
