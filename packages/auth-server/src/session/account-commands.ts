/**
 * What the owner of an account can do on an authenticated connection. Every command but `account.show` carries a factor
 * of its own, spent in the commit of the command, so that a stolen session alone changes nothing. Every commit is conditional on the uid and
 * generation the session proved, so a session that has been overtaken gets `session_stale` and changes nothing.
 */
import { generateRecoveryCodes } from '@countersign/totp-core';
import type { Account } from '../accounts/account.ts';
import type { AuditEvent, AuditKind } from '../audit/event.ts';
import type { FactorKind } from '../limits/attempt.ts';
import { payFor } from './factor.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { belowProfile, credentialFor, fitsProfile } from './profile.ts';

export async function changePassword(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'password.change'>,
): Promise<Step> {
  const { services } = context;
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const credential = credentialFor(services, session.standing.username, message);
  const event = eventOf(session, 'password.changed');
  let { standing } = session;
  const refused = await payFor(context, session, message.factor, async (payment) => {
    const paid = { payment, event };
    const changed = await services.accounts.changePassword(standing, credential, paid, session.device);
    if (typeof changed === 'string') return changed;
    standing = changed;
    return 'done';
  });
  return refused ?? answer({ ...session, standing }, { type: 'password.changed' });
}

export async function upgradeCredential(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'credential.upgrade'>,
): Promise<Step> {
  const { services } = context;
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const { standing } = session;
  const credential = credentialFor(services, standing.username, message);
  const isOutdated = (account: Account) => belowProfile(services, account);
  const event = eventOf(session, 'credential.upgraded');
  const refused = await payFor(context, session, message.factor, async (payment) => {
    const paid = { payment, event };
    const outcome = await services.accounts.upgradeCredential(standing, credential, isOutdated, paid);
    return outcome === 'up_to_date' ? 'done' : outcome;
  });
  return refused ?? answer(session, { type: 'credential.upgraded' });
}

export async function renewRecovery(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'recovery.renew'>,
): Promise<Step> {
  const { services } = context;
  const recoveryCodes = generateRecoveryCodes({ randomBytes: services.randomBytes });
  const event = eventOf(session, 'recovery.renewed');
  const refused = await payFor(context, session, message.factor, (payment) =>
    services.accounts.renewRecovery(session.standing, recoveryCodes, { payment, event }),
  );
  return refused ?? answer(withOwn(session, 'recovery'), { type: 'recovery.renewed', recoveryCodes });
}

export async function showAccount({ services }: Context, session: PhaseAt<'authenticated'>): Promise<Step> {
  const account = await services.accounts.findStanding(session.standing);
  const { algorithm, digits, period, weak } = account.totp;
  return answer(session, {
    type: 'account.shown',
    username: account.username,
    created: account.created,
    lastLogin: account.lastLogin,
    suite: account.credential.suite,
    stretch: account.credential.stretch,
    totp: { algorithm, digits, period, weak },
    recoveryCodesLeft: account.recovery.length,
  });
}

export async function removeAccount(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'account.remove'>,
): Promise<Step> {
  const { services } = context;
  const event = eventOf(session, 'account.removed');
  const refused = await payFor(context, session, message.factor, (payment) =>
    services.accounts.remove(session.standing, { payment, event }),
  );
  if (refused) return refused;
  await services.ledger.forget(session.standing.uid);
  return answer(CLOSED, { type: 'account.removed' });
}

/** The session after it made new secrets for a kind of factor. */
export function withOwn(
  session: PhaseAt<'authenticated' | 'replacement'>,
  kind: FactorKind,
): PhaseAt<'authenticated'> {
  return { ...session, at: 'authenticated', ownFactors: [...session.ownFactors, kind] };
}

export function eventOf(session: PhaseAt<'authenticated' | 'replacement'>, kind: AuditKind): AuditEvent {
  return { kind, username: session.standing.username, source: session.source };
}
