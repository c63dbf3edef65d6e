/**
 * Registration, open or by invitation. An invitation is proven over the channel binding first, like a login with its id as
 * the name; its secret has 75 random bits, so guessing is limited only for its cost. A pending registration exists only in
 * its connection: it reserves no name and leaves nothing behind.
 */
import { isConflict } from '@countersign/secure-store';
import { CURRENT_SUITE, isCanonicalUsername } from '@countersign/srp-core';
import { generateRecoveryCodes } from '@countersign/totp-core';
import { idAndRoles, isCurrent } from '../accounts/invitations.ts';
import type { AuditEvent } from '../audit/event.ts';
import { AuthError } from '../errors.ts';
import { challengeFor, challengeMessage, checkProof } from './challenge.ts';
import { beginEnrolment, confirmEnrolment, shown } from './enrolment.ts';
import { offerReset } from './password-reset.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { credentialFor, fitsProfile } from './profile.ts';
import { secondsNow } from './services.ts';
import { refusedAsBusy, turnAway } from './turn-away.ts';

/** Says who can register, which is public, and ends the connection. */
export async function showPolicy({ services }: Context): Promise<Step> {
  return answer(CLOSED, { type: 'register.policy', registration: services.registration });
}

export async function startInvitation(
  context: Context,
  _: PhaseAt<'start'>,
  message: MessageOf<'invite.start'>,
): Promise<Step> {
  const { services, channel } = context;
  const { invitations, starts, randomBytes } = services;
  const { source } = channel;
  const tooMany = starts.countStart(source);
  const refused = tooMany ? turnAway(services, { source }, tooMany) : await refusedAsBusy(context);
  if (refused) return refused;
  const { invite: id, A } = message;
  const invitation = await invitations.find(id, secondsNow(services));
  const { salt, verifier } = invitations.verifierOf(id, invitation?.value);
  const values = {
    username: id,
    suite: CURRENT_SUITE,
    identity: id,
    stretch: { name: 'none' } as const,
    salt,
    A,
  };
  const challenge = challengeFor(values, verifier, randomBytes);
  if (!challenge) return refuse('protocol');
  return answer({ at: 'inviteChallenged', challenge, invitation }, challengeMessage(challenge));
}

export async function proveInvitation(
  context: Context,
  phase: PhaseAt<'inviteChallenged'>,
  message: MessageOf<'login.proof'>,
): Promise<Step> {
  const { services, channel } = context;
  const { challenge, invitation } = phase;
  const { source } = channel;
  const checked = checkProof(challenge, channel, message);
  if (checked.outcome === 'channel_mismatch') {
    const detail = `invitation ${invitation?.value.id ?? 'unknown'}`;
    // Gathered, unlike that of a password: the failures of an invitation are not limited.
    const username = invitation?.value.resets === undefined ? undefined : invitation.value.username;
    services.journal.gather({ kind: 'channel.mismatch', username, source, detail });
    return refuse('channel_mismatch');
  }
  if (checked.outcome !== 'proven' || !invitation || !isCurrent(invitation, secondsNow(services))) {
    services.journal.gather({ kind: 'invite.failed', source });
    return refuse('authentication_failed');
  }
  if (invitation.value.resets !== undefined) return offerReset(context, invitation, checked.M2);
  if (services.registration === 'closed') return turnAway(services, { source }, 'registration_closed');
  return answer({ at: 'invited', invitation }, { type: 'login.proven', M2: checked.M2, factors: [] });
}

export async function startRegistration(
  context: Context,
  phase: PhaseAt<'start' | 'invited' | 'enrolling'>,
  message: MessageOf<'register.start'>,
): Promise<Step> {
  const { services, channel, connectionEnd } = context;
  const { registration } = services;
  const { source } = channel;
  if ('standing' in phase) return refuse('protocol');
  const invitation = phase.at === 'start' ? undefined : phase.invitation;
  if (registration === 'closed') return turnAway(services, { source }, 'registration_closed');
  if (registration === 'invite' && !invitation) return turnAway(services, { source }, 'invitation_required');
  const { username } = message;
  if (!isCanonicalUsername(username)) return refuse('name_refused');
  const bound = invitation?.value.username;
  if (bound !== undefined && bound !== username) return turnAway(services, { source }, 'name_refused');
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const busy = phase.at === 'start' ? await refusedAsBusy(context) : undefined;
  if (busy) return busy;
  const tooMany = invitation
    ? services.starts.countInvited(invitation.value.id)
    : await services.ledger.quotas.countRegistration(source);
  if (tooMany) return turnAway(services, { source }, tooMany);
  if (await services.accounts.find(username)) return turnAway(services, { source, username }, 'name_taken');
  const credential = credentialFor(services, username, message);
  const enrolment = beginEnrolment(services, username, {
    before: phase.at === 'enrolling' ? phase.enrolment : undefined,
    notAfter: Math.min(connectionEnd(), invitation?.value.expires ?? Number.POSITIVE_INFINITY),
  });
  if (!enrolment) return refuse('expired');
  return answer(
    { at: 'enrolling', username, credential, enrolment, invitation },
    { type: 'register.totp', ...shown(enrolment) },
  );
}

export async function confirmRegistration(
  { services, channel }: Context,
  phase: PhaseAt<'enrolling'>,
  message: MessageOf<'register.confirm'>,
): Promise<Step> {
  const { username, credential, invitation } = phase;
  const confirmation = confirmEnrolment(services, phase.enrolment, message.code);
  if (confirmation.kind === 'expired') return refuse('expired');
  if (confirmation.kind === 'rejected') {
    const { message: rejection } = confirmation;
    return answer(rejection.attemptsLeft === 0 ? CLOSED : phase, rejection);
  }
  const recoveryCodes = generateRecoveryCodes({ randomBytes: services.randomBytes });
  const account = services.accounts.newAccount({
    username,
    credential,
    totp: confirmation.totp,
    recovery: recoveryCodes,
    roles: invitation?.value.roles,
    now: secondsNow(services),
  });
  const event: AuditEvent = {
    kind: 'account.registered',
    username,
    source: channel.source,
    detail: invitation && `invitation ${idAndRoles(invitation.value)}`,
  };
  try {
    if (invitation) {
      const using = services.invitations.using(invitation, secondsNow(services));
      if (!using) return refuse('expired');
      await services.accounts.insert(account, event, [using]);
    } else {
      const tooMany = await services.ledger.quotas.countRegistered((count) =>
        services.accounts.insert(account, event, count),
      );
      if (tooMany) return turnAway(services, { source: channel.source }, tooMany);
    }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'name_taken') return refuse('name_taken');
    if (isConflict(error)) return refuse('authentication_failed'); // the invitation was used or revoked in the meantime
    throw error;
  }
  return answer(CLOSED, { type: 'register.done', recoveryCodes });
}
