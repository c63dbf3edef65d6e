/**
 * What the owner of an account can do when logged in. Every command but `account.show` carries a factor of its own, which
 * is spent in the commit of the command, so that a stolen session alone changes nothing. Every commit is conditional on
 * the uid and the generation that the session proved; a session that was overtaken gets `session_stale`.
 */
import { generateRecoveryCodes } from '@countersign/totp-core';
import type { FactorKind } from '@countersign/wire-protocol';
import { standingOf } from '../accounts/standing.ts';
import type { AuditEvent, AuditKind } from '../audit/event.ts';
import { submitCode } from './codes.ts';
import { answer, CLOSED, type Context, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { belowProfile, credentialFor, fitsProfile } from './profile.ts';

/** Ends the power of every other session, and of every device but the one in use. */
export async function changePassword(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'password.change'>,
): Promise<Step> {
  const { services } = context;
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const credential = credentialFor(services, session.standing.username, message);
  const generation = services.accounts.newGeneration();
  const paid = await submitCode(context, session, message.factor, {
    change: (account) => {
      const devices = account.devices.filter(({ hash }) => hash === session.device);
      return { ...account, credential, generation, devices };
    },
    event: eventOf(session, 'password.changed'),
  });
  if (!paid.taken) return paid.step;
  return answer({ ...session, standing: standingOf(paid.account) }, { type: 'password.changed' });
}

/** The same password in a newer form: other sessions that proved it continue. */
export async function upgradeCredential(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'credential.upgrade'>,
): Promise<Step> {
  const { services } = context;
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const credential = credentialFor(services, session.standing.username, message);
  const paid = await submitCode(context, session, message.factor, {
    change: (account) => (belowProfile(services, account) ? { ...account, credential } : undefined),
    event: eventOf(session, 'credential.upgraded'),
  });
  return paid.taken ? answer(session, { type: 'credential.upgraded' }) : paid.step;
}

export async function renewRecovery(
  context: Context,
  session: PhaseAt<'authenticated'>,
  message: MessageOf<'recovery.renew'>,
): Promise<Step> {
  const { accounts, randomBytes } = context.services;
  const recoveryCodes = generateRecoveryCodes({ randomBytes });
  const recovery = accounts.hashCodes(recoveryCodes);
  const paid = await submitCode(context, session, message.factor, {
    change: (account) => ({ ...account, recovery }),
    event: eventOf(session, 'recovery.renewed'),
  });
  if (!paid.taken) return paid.step;
  return answer(withOwn(session, 'recovery'), { type: 'recovery.renewed', recoveryCodes });
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
  const paid = await submitCode(context, session, message.factor, {
    change: () => 'removed',
    event: eventOf(session, 'account.removed'),
  });
  if (!paid.taken) return paid.step;
  await context.services.ledger.forget(session.standing.uid);
  return answer(CLOSED, { type: 'account.removed' });
}

/** Returns the session after it created new secrets for a kind of factor. */
export function withOwn(
  session: PhaseAt<'authenticated' | 'replacement'>,
  kind: FactorKind,
): PhaseAt<'authenticated'> {
  return { ...session, at: 'authenticated', ownFactors: [...session.ownFactors, kind] };
}

export function eventOf(session: PhaseAt<'authenticated' | 'replacement'>, kind: AuditKind): AuditEvent {
  return { kind, username: session.standing.username, source: session.source };
}
