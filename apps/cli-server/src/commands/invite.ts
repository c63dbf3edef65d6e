/** `invite …`: invitations, for servers that are not open to everyone. */
import { type Invitation, openRegistry } from '@countersign/auth-server/accounts';
import { prepareUsername } from '@countersign/srp-core';
import {
  callOf,
  type ExitCode,
  isoTime,
  moment,
  sentence,
  span,
  usageError,
  withJson,
} from '@countersign/terminal';
import { Option } from 'commander';
import { SERVER, YES, type YesOption } from '../arguments.ts';
import { type Group, inStore, type On, type Opened, withStore, withYes } from '../command.ts';
import { reachableServer } from '../reachable-server.ts';
import { roleList } from '../role-arguments.ts';
import { refusal, Unreadable } from '../ui/messages.ts';

interface CreateOptions {
  readonly name?: string | undefined;
  readonly server?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  /** Seconds. */
  readonly validFor: number;
}

export const commands: Group = {
  create: {
    about: 'create an invitation, and print the line of text that the user pastes',
    takes: (command) =>
      command
        .option('--name <name>', 'the only user name that it can register')
        .option('--roles <role,...>', 'the roles of the account', roleList)
        .option(...SERVER)
        .addOption(
          new Option('--valid-for <time>', 'how long it is valid, such as 12h or 2w')
            .argParser(span)
            .default(span('7d'), '7d'),
        ),
    run: createInvitation,
    examples: {
      'for one name': '--name alice',
      'with a role, for two days': '--name bob --roles staff --valid-for 2d',
    },
  },
  list: {
    about: 'list unused invitations and codes of password resets',
    run: inStore(listInvitations),
    examples: withJson('a table'),
  },
  'revoke <id>': {
    about: 'revoke an invitation, or the code of a password reset',
    takes: (command) => command.option(...YES),
    run: inStore(revokeInvitation, { asks: true }),
    examples: withYes('the id is from invite list', 'ux4DPN_c'),
  },
};

async function createInvitation(
  on: On,
  { name, server, roles: wanted = [], validFor }: CreateOptions,
): Promise<void> {
  const prepared = name === undefined ? undefined : prepareUsername(name);
  if (prepared?.ok === false)
    throw usageError(
      'name_refused',
      'This is not a valid user name.',
      'User names have 1 to 64 letters, digits or other visible characters, and no colon.',
    );
  const username = prepared?.username;
  return withStore(on, async (opened) => {
    const { io, world } = opened;
    const { address, pin, invitation } = await reachableServer(opened, server);
    const { accounts, invitations } = openRegistry(world);
    // Names are not reserved, so someone else may register it first. This only catches a mistake early.
    if (username !== undefined && (await accounts.find(username)))
      throw refusal(
        'name_taken',
        sentence`The account ${username} already exists.`,
        'Use another --name, or none.',
      );
    const now = Math.floor(io.now() / 1000);
    const made = await invitations.create({ now, validFor, username, roles: wanted });
    const { id, expires, roles } = made.invitation;
    const invite = invitation(made.code, username);
    const whom = username === undefined ? '' : sentence` as ${username}`;
    const withRoles =
      roles.length === 0 ? '' : ` with the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(' ')}`;
    await on.say({
      json: {
        event: 'invitation_created',
        ...{ id, invite, server: address, pin },
        expires: isoTime(expires),
        ...{ username, roles },
      },
      text: invite,
      notes: [
        sentence`This invitation registers one account${whom}${withRoles} at ${address} until ${moment(expires)}. It is shown only once.`,
        `It contains a secret: send it over a secure channel. The user runs this and pastes it: ${callOf(io, 'countersign', 'register', '--invite-file', '-')}`,
      ],
    });
  });
}

async function listInvitations({ io, say, world }: Opened): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const found: Invitation[] = [];
  for await (const invitation of openRegistry(world).invitations.all(unreadable.add)) found.push(invitation);
  found.sort((a, b) => a.created - b.created);
  const now = io.now() / 1000;
  await say({
    json: found.map(({ id, created, expires, username, roles, resets }) => {
      const times = { created: isoTime(created), expires: isoTime(expires) };
      return { id, ...times, username, roles, resetsPassword: resets !== undefined };
    }),
    table: {
      none: 'There are no invitations.',
      head: ['Id', 'For', 'Roles', 'Created', 'Expires'],
      ifAny: ['Roles'],
      keep: 'Id',
      spare: ['Created'],
      rows: found.map(({ id, created, expires, username, roles, resets }) => [
        id,
        resets === undefined ? (username ?? 'anyone') : `new password of ${username}`,
        roles.join(' '),
        moment(created),
        expires > now ? moment(expires) : 'expired',
      ]),
    },
  });
  return unreadable.report(io, 'record');
}

async function revokeInvitation(
  { say, confirm, world }: Opened,
  id: string,
  { yes }: YesOption,
): Promise<void> {
  await confirm({ message: sentence`The invitation ${id} will stop working. Continue?`, yes });
  await openRegistry(world).invitations.revoke(id);
  await say({
    json: { event: 'invitation_revoked', id },
    text: sentence`The invitation ${id} is revoked.`,
  });
}
