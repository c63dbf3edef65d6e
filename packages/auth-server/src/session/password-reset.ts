/**
 * A new password after the administrator's reset. The code that the administrator handed out was proven like an invitation
 * (`registration.ts`); with it and an unused second factor, the user sets a password that only they know.
 *
 * 1. The account must still be the one of the reset, and this the latest reset of it. Otherwise the code is refused like
 *    one that does not exist.
 * 2. The second factor counts against the account's limits, like that of a login, and is spent in the commit that sets the
 *    password and uses up the reset. So if two clients use one code, only one sets the password.
 */
import type { Entry } from '@countersign/secure-store';
import type { Invitation } from '../accounts/invitations.ts';
import { standingOf } from '../accounts/standing.ts';
import { AuthError } from '../errors.ts';
import { submitCode } from './codes.ts';
import { acceptedFactors } from './factors/accepted.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { credentialFor, fitsProfile } from './profile.ts';
import { secondsNow } from './services.ts';
import { turnAway } from './turn-away.ts';

/** Answers the proof of a reset's code. */
export async function offerReset(
  { services, channel, known }: Context,
  invitation: Entry<Invitation>,
  M2: Uint8Array,
): Promise<Step> {
  const { source } = channel;
  const { id, username = '', resets } = invitation.value;
  const account = await services.accounts.find(username);
  if (account?.uid !== resets || account?.passwordReset !== id) {
    services.journal.gather({ kind: 'invite.failed', source });
    return refuse('authentication_failed');
  }
  if (account.disabled) return turnAway(services, { source, username }, 'disabled');
  const { factors, retryAfter } = await acceptedFactors(services, account, known);
  if (factors.length === 0) return turnAway(services, { source, username }, 'locked');
  return answer(
    { at: 'invited', invitation, standing: standingOf(account), source },
    { type: 'login.proven', M2, factors, retryAfter },
  );
}

/** Sets the new password. This is not a login: the user logs in with it afterwards. */
export async function resetPassword(
  context: Context,
  phase: PhaseAt<'invited'>,
  message: MessageOf<'password.reset'>,
): Promise<Step> {
  const { services } = context;
  if (!('standing' in phase)) return refuse('protocol');
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const { standing, source, invitation } = phase;
  const { username } = standing;
  const credential = credentialFor(services, username, message);
  const generation = services.accounts.newGeneration();
  const paid = await submitCode(context, phase, message.factor, {
    change: (account, _, { totpReset, recovery }) => ({
      ...account,
      credential,
      generation,
      passwordReset: undefined,
      // The recovery code for a new authenticator is the only one: it is checked here, and spent at the login.
      recovery: totpReset ? recovery : account.recovery,
    }),
    also: async () => {
      const now = secondsNow(services);
      const entry = await services.invitations.find(invitation.id, now);
      const using = entry && services.invitations.using(entry, now);
      if (using) return [using];
      throw new AuthError('session_stale', 'the reset was revoked in the meantime, and nothing was done');
    },
    event: { kind: 'password.reset', username, source },
  });
  return paid.taken ? answer(CLOSED, { type: 'password.changed' }) : paid.step;
}
