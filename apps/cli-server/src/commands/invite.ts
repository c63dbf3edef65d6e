/** `invite …`: who may register where not everybody may. */
import { type Invitation, Invitations } from '@countersign/auth-server/accounts';
import { Journal } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import { prepareUsername } from '@countersign/srp-core';
import { EXIT, type ExitCode, type Io } from '@countersign/terminal';
import type { InviteOptions } from '../command-line/invite.ts';
import type { YesOption } from '../command-line/user.ts';
import { confirm } from '../confirm.ts';
import { Missing } from '../missing.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { accountQuestions, showInvitation, showInvitations, tellOfRevocation } from '../ui/accounts.ts';
import { badUserName } from '../ui/errors.ts';

export async function createInvitation(
  io: Io,
  settings: Settings,
  { name, validFor }: InviteOptions,
): Promise<ExitCode> {
  const prepared = name === undefined ? undefined : prepareUsername(name);
  if (prepared && !prepared.ok) throw badUserName();
  return withStore(io, settings, async (store) => {
    const { invitation, code } = await invitationsOf(io, store).create({
      now: Math.floor(io.now() / 1000),
      validFor,
      ...(prepared ? { username: prepared.username } : {}),
    });
    await showInvitation(io, settings, invitation, code);
    return EXIT.done;
  });
}

export async function listInvitations(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const missing = new Missing();
    const found: Invitation[] = [];
    for await (const invitation of invitationsOf(io, store).all(missing.note)) found.push(invitation);
    found.sort((a, b) => a.created - b.created);
    await showInvitations(io, settings, found);
    return missing.exit(io, 'record');
  });
}

export async function revokeInvitation(
  io: Io,
  settings: Settings,
  id: string,
  { yes }: YesOption,
): Promise<ExitCode> {
  return withStore(io, settings, async (store, prompts) => {
    await confirm(prompts, { message: accountQuestions.revoke(id), yes });
    await invitationsOf(io, store).revoke(id);
    await tellOfRevocation(io, settings, id);
    return EXIT.done;
  });
}

function invitationsOf(io: Io, store: Store): Invitations {
  const { randomBytes } = io;
  const journal = new Journal({ store, clock: io.now, randomBytes });
  return new Invitations({ store, journal, randomBytes });
}
