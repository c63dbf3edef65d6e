/**
 * `register`, open or with an invitation:
 *
 * 1. the invitation, which names the server, its pin, and often the user name: shown before anything is asked
 * 2. a connection to the server, so that a missing or another one is noticed before a password is typed; without an
 *    invitation the server is asked whether it needs one, and the user confirms its pin
 * 3. the password, twice; the verifier is sent
 * 4. the enrolment of an authenticator, whose first code creates the account
 */
import type { Client, Enrolment, Invitation, Registered } from '@countersign/auth-client';
import { formatServer } from '@countersign/auth-client/server-address';
import { askWholeYes, type CliError, EXIT, note, problem, sentence, warn } from '@countersign/terminal';
import { type Entry, withName } from '../command.ts';
import { connecting, openClient, stretching } from '../connection.ts';
import { type Context, call, callThere, misuse, serverOf } from '../context.ts';
import { askFirstPassword, askNewUsername } from '../credentials.ts';
import { enrol } from '../enrol.ts';
import { codeOf } from '../explain.ts';
import { accept, askInvitation, readInvitation } from '../invitation.ts';
import { lastLogin } from '../last-login.ts';
import { printRecoveryCodes, printResult } from '../result.ts';

export const registerForm: Entry = {
  about: 'create an account; have an authenticator app at hand',
  takes: withName,
  run: register,
  examples: {
    'with an invitation that is pasted': '--invite-file -',
    'at a server with open registration': 'alice --server login.example.org:8443',
  },
};

interface Applicant {
  readonly name: string;
  readonly invitation: Invitation | undefined;
}

export async function register(context: Context, given?: string): Promise<void> {
  const { io, prompts } = context;
  const { inviteFile } = context.options;
  const invitation =
    inviteFile === undefined ? undefined : await readInvitation(context, inviteFile, 'Invitation');
  if (invitation) accept(context, invitation);
  const name = invitation ? await nameFor(context, invitation, given) : await askNewUsername(context, given);
  const client = await openClient(context);
  const { applicant: admitted, result: confirmedPin } = await corrected(
    { name, invitation },
    (applicant) => confirmServer(context, client, applicant.invitation),
    (applicant, error) => invited(context, applicant, error),
  );
  const password = await askFirstPassword(context);
  await prompts.done(); // the first code cannot be known yet
  const { applicant, result: enrolment } = await corrected(
    admitted,
    (by) => stretching(context, () => client.register({ ...by, password, confirmedPin })),
    (by, error) => amended(context, by, error),
  );
  const { username, recoveryCodes } = await confirmed(context, applicant, enrolment);
  await printResult(
    context,
    { event: 'registered', username, recoveryCodes },
    sentence`Registered: ${username}`,
  );
  await printRecoveryCodes(context, recoveryCodes);
  await lastLogin(io).remember({ server: context.server, username });
  note(io, `Log in with: ${callThere(context, 'login', username)}`);
}

/** Only a person is asked: which lines are read must not depend on the invitation. */
async function nameFor(
  context: Context,
  { username }: Invitation,
  given: string | undefined,
): Promise<string> {
  if (given === undefined && username === undefined && !context.io.isTerminal)
    throw misuse(
      'name_missing',
      `The invitation is for any user name, and none was given. Give one: ${call(context.io, 'register')} NAME --invite-file FILE`,
    );
  const name =
    given === undefined && username !== undefined ? username : await askNewUsername(context, given);
  if (username !== undefined && name !== username)
    throw misuse(
      'other_name',
      sentence`The invitation is for the user name ${username} and no other. Leave the name out, or ask for another invitation.`,
    );
  return name;
}

/**
 * Repeats a step with what a person has corrected.
 * @param correct returns the corrected input, or throws the error again if there is nothing to correct
 */
async function corrected<T>(
  applicant: Applicant,
  step: (applicant: Applicant) => Promise<T>,
  correct: (applicant: Applicant, error: unknown) => Promise<Applicant>,
): Promise<{ applicant: Applicant; result: T }> {
  for (let current = applicant; ; ) {
    try {
      return { applicant: current, result: await step(current) };
    } catch (error) {
      current = await correct(current, error);
    }
  }
}

/**
 * Asks a person for an invitation if the server requires one.
 *
 * @throws the error otherwise
 */
async function invited(context: Context, { name }: Applicant, error: unknown): Promise<Applicant> {
  const { io } = context;
  if (codeOf(error) !== 'invitation_required' || !io.isTerminal) throw error;
  warn(
    io,
    'The server accepts registrations by invitation only. Paste the one its administrator sent you, or press Enter to leave.',
  );
  const invitation = await askInvitation(context);
  if (!invitation) throw error;
  const server = formatServer(invitation.server);
  // The user has named this server and no other.
  if (server !== serverOf(context))
    throw misuse(
      'other_server',
      sentence`The invitation is for another server, ${server}. Nothing was sent there. Run: ${call(io, 'register', '--invite-file', '-')}`,
    );
  accept(context, invitation);
  return { name: invitation.username ?? name, invitation };
}

/**
 * Without an invitation, the pin of an unknown server is shown and confirmed.
 *
 * @returns the pin
 */
async function confirmServer(
  context: Context,
  client: Client,
  invitation: Invitation | undefined,
): Promise<string> {
  const { io, prompts, options, ca } = context;
  const { pin, trusted } = await connecting(context, () =>
    invitation ? client.probe(invitation) : client.probeRegistration(),
  );
  if (!trusted) {
    note(io, sentence`First connection to ${serverOf(context)}. Its pin is`);
    note(io, sentence`  ${pin}`);
    note(io, 'The server prints its pin when it starts. Ask its administrator.');
  }
  // Without a terminal the answer is read even if it is not needed: the lines depend on the command line alone.
  const isAsked = io.isTerminal ? !trusted : !invitation && options.pin === undefined && ca === undefined;
  if (isAsked && !(await askWholeYes(io, prompts, 'Is it the same pin?')))
    throw problem(
      'pin_not_confirmed',
      EXIT.untrusted,
      'The pin was not confirmed, so nothing was sent to the server. Ask its administrator for the pin, and register again.',
    );
  return pin;
}

/**
 * Asks a person for another name if the server refused this one as taken.
 *
 * @throws the error otherwise
 */
async function amended(context: Context, applicant: Applicant, error: unknown): Promise<Applicant> {
  if (codeOf(error) === 'authentication_failed') throw invitationRefused(error);
  if (!context.io.isTerminal || codeOf(error) !== 'name_taken') throw error;
  warn(context.io, sentence`The user name ${applicant.name} is taken.`);
  return { ...applicant, name: await askNewUsername(context, undefined, 'Another user name') };
}

async function confirmed(
  context: Context,
  { name }: Applicant,
  enrolment: Enrolment<Registered>,
): Promise<Registered> {
  try {
    return await enrol(context, name, enrolment);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'authentication_failed') throw invitationRefused(error);
    if (code !== 'connection_lost' && code !== 'timeout') throw error;
    const { io } = context;
    const unclear = `The connection was lost while the account was being created, so it may exist already. Try ${call(io, 'login')}; if that works, make recovery codes with ${call(io, 'recovery-codes')}. Otherwise register again.`;
    throw problem('connection_lost', EXIT.network, unclear, undefined, error);
  }
}

function invitationRefused(cause: unknown): CliError {
  const message =
    'The invitation has been used or revoked, or has expired. Ask the administrator for a new one.';
  return problem('authentication_failed', EXIT.refused, message, undefined, cause);
}
