import type { Client, ClientErrorCode, Enrolment, Registered } from '@countersign/auth-client';
import { readSecretFile } from '@countersign/terminal';
import { type Context, connecting, openClient, stretching } from '../context.ts';
import { askFirstPassword, askUsername } from '../credentials.ts';
import { enrol } from '../enrol.ts';
import { clientError } from '../errors.ts';
import { invitationRefused, pinNotConfirmed, registrationUnclear } from '../ui/endings.ts';
import { ASK } from '../ui/questions.ts';
import { askYesOrNo } from '../yes-or-no.ts';

export async function register(context: Context, given?: string): Promise<void> {
  const { ui } = context;
  const invite = await givenInvitation(context);
  const wanted = await askUsername(context, given);
  const client = await openClient(context);
  // An invitation proves the server by itself.
  const trust = invite === undefined ? await confirmPin(context, client) : {};
  const password = await askFirstPassword(context);
  const { name, enrolment } = await begin(
    context,
    { name: wanted, invite },
    ({ name, invite: invitation }) =>
      invitation === undefined
        ? client.register({ name, password, ...trust })
        : client.registerInvited({ name, password, invitation }),
  );
  const { recoveryCodes } = await confirm(context, name, enrolment);
  await ui.registered(name, recoveryCodes);
}

/** The invitation of `--invite-file`. A typing mistake in it is reported before anything else is asked. */
async function givenInvitation({ options, prompts }: Context): Promise<string | undefined> {
  const path = options.inviteFile;
  if (path === undefined) return undefined;
  const invite = await readSecretFile({ path, what: ASK.invitation, prompts });
  const { parseInvitation } = await import('@countersign/auth-client');
  parseInvitation(invite);
  return invite;
}

/** A server met for the first time shows its pin, and the user says whether it is the right one. */
async function confirmPin(context: Context, client: Client): Promise<{ confirmedPin?: string }> {
  const pin = await connecting(context, () => client.pinToConfirm());
  if (pin === undefined) return {};
  context.ui.pin(pin);
  if (!(await askYesOrNo(context, ASK.samePin))) throw pinNotConfirmed();
  return { confirmedPin: pin };
}

interface Applicant {
  readonly name: string;
  readonly invite: string | undefined;
}

/** Sends name and verifier; on a terminal another name and a missing invitation are asked for. */
async function begin(
  context: Context,
  wanted: Applicant,
  start: (applicant: Applicant) => Promise<Enrolment<Registered>>,
): Promise<{ name: string; enrolment: Enrolment<Registered> }> {
  for (let applicant = wanted; ; ) {
    try {
      const enrolment = await stretching(context, () => start(applicant));
      return { name: applicant.name, enrolment };
    } catch (error) {
      const code = (await clientError(error))?.code;
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
  const { io, prompts, ui } = context;
  if (io.isTerminal && code === 'name_taken') {
    ui.nameTaken(name);
    return { name: await askUsername(context, undefined, ASK.otherName) };
  }
  if (io.isTerminal && (code === 'invitation_required' || code === 'bad_invitation')) {
    ui.invitationWanted(code);
    const typed = (await prompts.text({ message: ASK.invitation })).trim();
    if (typed !== '') return { invite: typed };
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
    const code = (await clientError(error))?.code;
    if (code === 'authentication_failed') throw invitationRefused(error);
    if (code === 'connection_lost' || code === 'timeout') throw registrationUnclear(error);
    throw error;
  }
}
