import type { Client, Enrolment, Registered } from '@countersign/auth-client';
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
  const wanted = await askUsername(context, given);
  const client = await openClient(context);
  // An invitation proves the server by itself.
  const trust = invite === undefined ? await confirmPin(context, client) : {};
  const password = await askFirstPassword(context);
  const { name, enrolment } = await begin(context, wanted, (name) =>
    invite === undefined
      ? client.register({ name, password, ...trust })
      : client.registerInvited({ name, password, invitation: invite }),
  );
  const { recoveryCodes } = await confirm(context, name, enrolment);
  await ui.registered(name, recoveryCodes);
}

/** A server met for the first time shows its pin, and the user says whether it is the right one. */
async function confirmPin(context: Context, client: Client): Promise<{ confirmedPin?: string }> {
  const pin = await connecting(context, () => client.pinToConfirm());
  if (pin === undefined) return {};
  context.ui.pin(pin);
  if (!(await askYesOrNo(context, ASK.samePin))) throw pinNotConfirmed();
  return { confirmedPin: pin };
}

/** Sends name and verifier; when the name is taken, a terminal is asked for another one. */
async function begin(
  context: Context,
  wanted: string,
  start: (name: string) => Promise<Enrolment<Registered>>,
): Promise<{ name: string; enrolment: Enrolment<Registered> }> {
  for (let name = wanted; ; name = await askUsername(context, undefined, ASK.otherName)) {
    try {
      const enrolment = await stretching(context, () => start(name));
      return { name, enrolment };
    } catch (error) {
      const code = (await clientError(error))?.code;
      if (code === 'authentication_failed') throw invitationRefused(error);
      if (code !== 'name_taken' || !context.io.isTerminal) throw error;
      context.ui.nameTaken(name);
    }
  }
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
