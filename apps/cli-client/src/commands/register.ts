/**
 * `register`, open or with an invitation:
 *
 * 1. the invitation, which names the server, its pin, and often the user name: shown before anything is asked
 * 2. the server is called, so that a missing or another one is noticed before a password is typed; without an invitation
 *    the user confirms its pin
 * 3. the password, twice; the verifier travels
 * 4. the enrolment of an authenticator, whose first code makes the account
 */
import type { Client, ClientErrorCode, Enrolment, Invitation, Registered } from '@countersign/auth-client';
import { formatServer } from '@countersign/auth-client/server-address';
import { askWholeYes } from '@countersign/terminal';
import { type Context, connecting, openClient, stretching } from '../context.ts';
import { askFirstPassword, askUsername } from '../credentials.ts';
import { enrol } from '../enrol.ts';
import { clientErrorCode } from '../errors.ts';
import { askInvitation, givenInvitation } from '../invitation.ts';
import {
  invitationRefused,
  invitedAsAnother,
  invitedElsewhere,
  nameMissing,
  pinNotConfirmed,
  registrationUnclear,
} from '../ui/endings.ts';
import { ASK } from '../ui/questions.ts';

interface Applicant {
  readonly name: string;
  readonly invitation: Invitation | undefined;
}

export async function register(context: Context, given?: string): Promise<void> {
  const invitation = await givenInvitation(context);
  if (invitation) {
    context.follow(invitation);
    context.ui.invitedTo(invitation.username);
  }
  const name = invitation ? await nameFor(context, invitation, given) : await askUsername(context, given);
  const client = await openClient(context);
  const trust = await meet(context, client, invitation);
  const password = await askFirstPassword(context);
  const { applicant, enrolment } = await begin(context, { name, invitation }, (by) =>
    by.invitation === undefined
      ? client.register({ name: by.name, password, ...trust })
      : client.registerInvited({ name: by.name, password, invitation: by.invitation }),
  );
  const { recoveryCodes } = await confirm(context, applicant.name, enrolment);
  await context.ui.registered(applicant.name, recoveryCodes);
}

/** The name of the invitation, or the one that is given. Only a person is asked: which lines are read must not depend on the invitation. */
async function nameFor(
  context: Context,
  { username }: Invitation,
  given: string | undefined,
): Promise<string> {
  if (given === undefined && username === undefined && !context.io.isTerminal) throw nameMissing();
  const name = given === undefined && username !== undefined ? username : await askUsername(context, given);
  if (username !== undefined && name !== username) throw invitedAsAnother(username);
  return name;
}

/** Calls the server. Without an invitation the pin of one that is met for the first time is shown and confirmed. */
async function meet(
  context: Context,
  client: Client,
  invitation: Invitation | undefined,
): Promise<{ confirmedPin?: string }> {
  const { io, ui, options, ca } = context;
  const { pin, trusted } = await connecting(context, () => client.probe(invitation));
  if (!trusted) ui.pin(pin);
  // Without a terminal the answer is read even where it is not needed: the lines depend on the command line alone.
  const isAsked = io.isTerminal ? !trusted : !invitation && options.pin === undefined && ca === undefined;
  if (isAsked && !(await askWholeYes(io, context.prompts, ASK.samePin))) throw pinNotConfirmed();
  return { confirmedPin: pin };
}

/** Sends name and verifier; on a terminal another name and a missing invitation are asked for. */
async function begin(
  context: Context,
  wanted: Applicant,
  start: (applicant: Applicant) => Promise<Enrolment<Registered>>,
): Promise<{ applicant: Applicant; enrolment: Enrolment<Registered> }> {
  for (let applicant = wanted; ; ) {
    try {
      const enrolment = await stretching(context, () => start(applicant));
      return { applicant, enrolment };
    } catch (error) {
      const code = clientErrorCode(error);
      if (code === 'authentication_failed') throw invitationRefused(error);
      applicant = { ...applicant, ...(await amended(context, applicant, code, error)) };
    }
  }
}

/** What a person says instead of what the server has refused with `code`; throws `error` where nobody can. */
async function amended(
  context: Context,
  { name }: Applicant,
  code: ClientErrorCode | undefined,
  error: unknown,
): Promise<Partial<Applicant>> {
  const { io, ui, target } = context;
  if (io.isTerminal && code === 'name_taken') {
    ui.nameTaken(name);
    return { name: await askUsername(context, undefined, ASK.otherName) };
  }
  if (io.isTerminal && code === 'invitation_required') {
    ui.invitationWanted();
    const invitation = await askInvitation(context);
    if (invitation) {
      // The password was typed for this server and no other.
      const server = formatServer(invitation.server);
      if (server !== formatServer(target.server)) throw invitedElsewhere(server);
      context.follow(invitation);
      ui.invitedTo(invitation.username);
      return { invitation, ...(invitation.username === undefined ? {} : { name: invitation.username }) };
    }
  }
  throw error;
}

async function confirm(
  context: Context,
  name: string,
  enrolment: Enrolment<Registered>,
): Promise<Registered> {
  try {
    return await enrol(context, name, enrolment);
  } catch (error) {
    const code = clientErrorCode(error);
    if (code === 'authentication_failed') throw invitationRefused(error);
    if (code === 'connection_lost' || code === 'timeout') throw registrationUnclear(error);
    throw error;
  }
}
