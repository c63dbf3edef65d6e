/**
 * What the owner of an account can do on an authenticated connection. Every commit is conditional on the uid and
 * generation the session proved, so a session that has been overtaken gets `session_stale` and changes nothing.
 */
import { generateRecoveryCodes } from '@countersign/totp-core';
import type { AuditEvent, AuditKind } from '../audit/event.ts';
import { answer, CLOSED, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { belowProfile, credentialFor, fitsProfile } from './profile.ts';
import type { Services } from './services.ts';

type Session = PhaseAt<'authenticated'>;

export async function changePassword(
  services: Services,
  session: Session,
  message: MessageOf<'password.change'>,
): Promise<Step> {
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  const credential = credentialFor(services, session.standing.username, message);
  const event = eventOf(session, 'password.changed');
  const standing = await services.accounts.changePassword(session.standing, credential, event);
  return answer({ ...session, standing }, { type: 'password.changed' });
}

export async function upgradeCredential(
  services: Services,
  session: Session,
  message: MessageOf<'credential.upgrade'>,
): Promise<Step> {
  if (!fitsProfile(services, message)) return refuse('profile_refused');
  await services.accounts.upgradeCredential(
    session.standing,
    credentialFor(services, session.standing.username, message),
    (account) => belowProfile(services, account),
    eventOf(session, 'credential.upgraded'),
  );
  return answer(session, { type: 'credential.upgraded' });
}

export async function renewRecovery(services: Services, session: Session): Promise<Step> {
  const recoveryCodes = generateRecoveryCodes({ randomBytes: services.randomBytes });
  await services.accounts.renewRecovery(
    session.standing,
    recoveryCodes,
    eventOf(session, 'recovery.renewed'),
  );
  return answer(session, { type: 'recovery.renewed', recoveryCodes });
}

export async function showAccount(services: Services, session: Session): Promise<Step> {
  const account = await services.accounts.findStanding(session.standing);
  const { algorithm, digits, period, weak } = account.totp;
  return answer(session, {
    type: 'account.shown',
    username: account.username,
    created: account.created,
    ...(account.lastLogin === undefined ? {} : { lastLogin: account.lastLogin }),
    suite: account.credential.suite,
    stretch: account.credential.stretch,
    totp: { algorithm, digits, period, weak },
    recoveryCodesLeft: account.recovery.length,
  });
}

export async function removeAccount(services: Services, session: Session): Promise<Step> {
  await services.accounts.remove(session.standing, eventOf(session, 'account.removed'));
  await services.ledger.forget(session.standing.uid);
  return answer(CLOSED, { type: 'account.removed' });
}

export function eventOf(session: PhaseAt<'authenticated'>, kind: AuditKind): AuditEvent {
  return { kind, username: session.standing.username, source: session.source };
}
