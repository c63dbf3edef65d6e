import type { Client, ClientErrorCode, Enrolment, Registered } from '@countersign/auth-client';
import { type Context, connecting, openClient, stretching } from '../context.ts';
import { askFirstPassword, askUsername } from '../credentials.ts';
import { enrol } from '../enrol.ts';
import { clientError } from '../errors.ts';
import { invitationRefused, pinNotConfirmed, registrationUnclear } from '../ui/endings.ts';
import { ASK } from '../ui/questions.ts';
import { askYesOrNo } from '../yes-or-no.ts';

export async function register(context: Context, given?: string): Promise<void> {
  const { ui, options } = context;
  const { invite } = options;
  if (invite !== undefined) await checkInvite(invite);
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

/** A typing mistake in `--invite` is told before anything is asked. */
async function checkInvite(invite: string): Promise<void> {
  const { parseInvitation } = await import('@countersign/auth-client');
  parseInvitation(invite);
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
