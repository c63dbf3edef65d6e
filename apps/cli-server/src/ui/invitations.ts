/** Invitations in words and tables. */
import type { Invitation } from '@countersign/auth-server/accounts';
import {
  type CliError,
  EXIT,
  type Io,
  isoTime,
  moment,
  note,
  printJson,
  printLine,
  printTable,
  sentence,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { clientCall } from './calls.ts';
import { problem } from './voice.ts';

export const invitationQuestions = {
  revoke: (id: string) => sentence`The invitation ${id} will stop working. Go on?`,
} as const;

export interface NewInvitation {
  readonly invitation: Invitation;
  /** What the user pastes. */
  readonly text: string;
  readonly server: string;
  readonly pin: string;
}

export async function showInvitation(
  io: Io,
  { json }: Settings,
  { invitation: { id, expires, username }, text, server, pin }: NewInvitation,
): Promise<void> {
  if (json)
    return printJson(io, {
      event: 'invitation_created',
      id,
      invite: text,
      server,
      pin,
      expires: isoTime(expires),
      username,
    });
  await printLine(io, text);
  const who = username === undefined ? '' : sentence` as ${username}`;
  note(
    io,
    sentence`This invitation registers one account${who} at ${server} until ${moment(expires)}, and is shown this once.`,
  );
  note(
    io,
    `It holds a secret: send it over a channel you trust. The user runs this, and pastes it: ${clientCall(io, 'register', '--invite-file', '-')}`,
  );
}

export function noPublicAddress(): CliError {
  return problem(
    'no_public_address',
    EXIT.usage,
    'An invitation says where users reach the server, and that is not known yet.',
    'Give --server HOST:PORT here, or once for all: countersign-server start --public HOST:PORT',
  );
}

export function noPinYet(): CliError {
  return problem(
    'no_pin',
    EXIT.usage,
    'An invitation names the pin of the server, which has no certificate yet.',
    'Start the server once.',
  );
}

export function nameExists(username: string): CliError {
  return problem(
    'name_taken',
    EXIT.refused,
    sentence`There is an account ${username} already.`,
    'Give another --name, or none.',
  );
}

export async function showInvitations(
  io: Io,
  { json }: Settings,
  invitations: readonly Invitation[],
): Promise<void> {
  const now = io.now() / 1000;
  if (json) {
    for (const { id, created, expires, username } of invitations)
      await printJson(io, { id, created: isoTime(created), expires: isoTime(expires), username });
    return;
  }
  if (invitations.length === 0) return note(io, 'There are no invitations.');
  await printTable(io, {
    head: ['Id', 'For', 'Made', 'Ends'],
    keep: 'Id',
    spare: ['Made'],
    rows: invitations.map(({ id, created, expires, username }) => [
      id,
      username ?? 'anybody',
      moment(created),
      expires > now ? moment(expires) : 'has ended',
    ]),
  });
}

export async function tellOfRevocation(io: Io, { json }: Settings, id: string): Promise<void> {
  if (json) await printJson(io, { event: 'invitation_revoked', id });
  else await printLine(io, sentence`The invitation ${id} is revoked.`);
}
