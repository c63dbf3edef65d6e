/**
 * The login, as the server sees it:
 *
 * 1. `login.start` contains the name and A. One record is read and the stand-in derived, whether or not the name exists;
 *    from here on a name without an account takes the same path with the values of the stand-in. The token of a device is
 *    hashed and compared in either case; one that the account does not know is ignored.
 * 2. `login.proof` is judged under a reservation in the ledger, which is settled in a second commit. Only after a correct
 *    proof does the client learn that an account is disabled or locked.
 * 3. A code is judged under a reservation too (`codes.ts`), and its settlement is part of the one durable commit, with the
 *    account and its audit event.
 * 4. After a mistyped password, one more commit removes what it left in the ledger.
 */
import type { Entry } from '@countersign/secure-store';
import { findSuite, isCanonicalUsername } from '@countersign/srp-core';
import type { FactorKind, SubmitType } from '@countersign/wire-protocol';
import { type Account, type Login, verifierOf, withLogin, withProofs } from '../accounts/account.ts';
import { knowsDevice } from '../accounts/devices.ts';
import { standingOf } from '../accounts/standing.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Attempt } from '../limits/attempt.ts';
import type { KnownRows } from '../limits/known-rows.ts';
import { refusalOf } from './admission.ts';
import { challengeFor, challengeMessage, checkProof } from './challenge.ts';
import { nextCodeIn, rejectCode, submitCode } from './codes.ts';
import { acceptedFactors } from './factors/accepted.ts';
import { FACTOR_RULES } from './factors/index.ts';
import type { Spent } from './factors/rules.ts';
import {
  answer,
  type Context,
  type Handler,
  type MessageOf,
  type Phase,
  type PhaseAt,
  type Proven,
  refuse,
  type Step,
} from './phase.ts';
import { belowProfile, ownStretch } from './profile.ts';
import { type Services, secondsNow } from './services.ts';
import { refusedAsBusy, turnAway } from './turn-away.ts';

export async function startLogin(
  context: Context,
  phase: PhaseAt<'start' | 'restarting'>,
  message: MessageOf<'login.start'>,
): Promise<Step> {
  const { services, channel, known } = context;
  const { accounts, ledger, starts, profile, randomBytes } = services;
  const { source } = channel;
  const { username, A } = message;
  if (!isCanonicalUsername(username)) return refuse('name_refused');
  const counted = phase.at === 'restarting';
  if (!counted && message.device === undefined) {
    const tooMany = starts.countStart(source);
    const refused = tooMany ? turnAway(services, { source }, tooMany) : await refusedAsBusy(context);
    if (refused) return refused;
  }

  const entry = await accounts.findForLogin(username);
  const account = entry?.value;
  const standIn = accounts.standIn(username, profile.suite);
  const uid = account?.uid ?? standIn.uid;
  const presented = message.device && accounts.hashDevice(message.device);
  const device = (await isTrusted(services, known, account, presented)) ? presented : undefined;
  if (!counted && message.device !== undefined) {
    // By source as well: a thief of the token, who is somewhere else, does not use up the starts of its owner.
    const tooMany = starts.countStart(device === undefined ? source : `${uid}/${device}/${source}`);
    if (tooMany) return turnAway(services, { source }, tooMany);
    if (device !== undefined) channel.knownDevice?.(uid);
    const busy = await refusedAsBusy(context);
    if (busy) return busy;
  }
  const attempt: Attempt = { source, username, account: uid, known: account !== undefined, device };
  const hold = await ledger.passwordDelay(attempt, known);
  if (hold) return turnAway(services, whoTries(attempt, account), hold);

  const credential = account?.credential;
  const suite = credential ? findSuite(credential.suite) : profile.suite;
  if (!suite) return refuse('internal');
  if (message.suite !== suite.name) {
    if (phase.at === 'restarting') return refuse('protocol');
    return answer({ at: 'restarting' }, { type: 'login.restart', suite: suite.name });
  }
  const { salt, verifier } = credential ? verifierOf(credential) : standIn;
  const stretch = credential?.stretch ?? ownStretch(services);
  const identity = credential?.identity ?? username;
  const challenge = challengeFor({ username, suite, identity, stretch, salt, A }, verifier, randomBytes);
  if (!challenge) return refuse('protocol');
  const next: Phase = { at: 'challenged', challenge, entry, attempt, device: presented };
  return answer(next, challengeMessage(challenge));
}

/** Returns whether the account knows the device and has not seen too many wrong passwords from it. */
async function isTrusted(
  services: Services,
  known: KnownRows,
  account: Account | undefined,
  device: string | undefined,
): Promise<boolean> {
  if (device === undefined) return false;
  const { familiarDays } = services.limits.password;
  const isKnown = knowsDevice(account?.devices ?? [], device, familiarDays, secondsNow(services));
  return isKnown && account !== undefined && services.ledger.trusts(account.uid, device, known);
}

export async function proveLogin(
  { services, channel, known }: Context,
  phase: PhaseAt<'challenged'>,
  message: MessageOf<'login.proof'>,
): Promise<Step> {
  const { challenge, attempt } = phase;
  const verdict = await services.ledger.judgePassword(
    attempt,
    async () => {
      const checked = checkProof(challenge, channel, message);
      // Only after a correct M1: a wrong one takes the same time whether or not the name exists.
      const entry = checked.outcome === 'wrong_proof' ? undefined : await stillThere(services, phase.entry);
      const right = checked.outcome === 'proven' && entry !== undefined;
      return { right, proofs: entry?.value.proofs, checked, entry };
    },
    known,
  );
  const about = whoTries(attempt, phase.entry?.value);
  if (verdict.kind === 'wait') return turnAway(services, about, verdict.hold);
  const { checked, entry } = verdict.outcome;
  const { proof, isClean } = verdict;
  if (checked.outcome === 'channel_mismatch' && entry) {
    await services.journal.commit([], [{ kind: 'channel.mismatch', ...about }]);
    return refuse('channel_mismatch');
  }
  if (checked.outcome !== 'proven' || !entry) {
    services.journal.gather({ kind: 'login.failed', ...about });
    return refuse('authentication_failed');
  }
  const account = entry.value;
  if (account.disabled) return turnAway(services, about, 'disabled');
  const { factors, retryAfter } = account.totpReset
    ? { factors: ['totp.replace' as const] }
    : await acceptedFactors(services, account, known);
  if (factors.length === 0) return turnAway(services, about, 'locked');
  const standing = standingOf(account);
  const next: Phase = {
    at: 'proven',
    proven: { standing, device: phase.device, attempt, entry, proof, isClean },
  };
  return answer(next, { type: 'login.proven', M2: checked.M2, factors, retryAfter });
}

/**
 * Returns the account as it is now, or `undefined` if it is not the one of the challenge: then the proof was made with a
 * password that is no longer valid.
 */
async function stillThere(
  { accounts }: Services,
  before: Entry<Account> | undefined,
): Promise<Entry<Account> | undefined> {
  const now = before && (await accounts.reread(before));
  const isSame = now?.value.uid === before?.value.uid && now?.value.generation === before?.value.generation;
  return isSame ? now : undefined;
}

/** Returns who tries to log in, as the audit log names them. */
function whoTries(
  { source, account: id }: Attempt,
  account: Account | undefined,
): Pick<AuditEvent, 'source' | 'username' | 'account'> {
  return account ? { source, username: account.username } : { source, account: id };
}

/** Returns the handler that completes a login with a code of this kind. */
export function submitFactor(kind: FactorKind): Handler<PhaseAt<'proven'>, SubmitType> {
  return async (context, phase, { code }) => {
    const { proven } = phase;
    const { username } = proven.standing;
    const { source } = proven.attempt;
    if (proven.entry.value.totpReset) return (await rejectCode(context, phase, 'wrong')).step;
    const login = loginOf(context.services, proven);
    const event = { kind: FACTOR_RULES[kind].loginEvent, username, source };
    const change = (account: Account, { offset }: Spent) => withLogin(account, login, offset);
    const instead = async (current: Account) => {
      const detail = await refusalOf(context, current, kind);
      if (detail === undefined) return undefined;
      const refused = (account: Account) => withProofs(account, login.proof);
      return { change: refused, event: { kind: 'login.refused', username, source, detail } as const };
    };
    const isDecided = context.services.decideLogin !== undefined;
    const purpose = { change, event, isLogin: true, instead: isDecided ? instead : undefined };
    const submitted = await submitCode(context, phase, { kind, code }, purpose);
    if (submitted.taken && submitted.isInstead) return refuse('login_refused');
    return submitted.taken ? completeLogin(context, proven, submitted, kind) : submitted.step;
  };
}

/** Returns what is committed when the second factor is right. */
export function loginOf(services: Services, { device, attempt, proof, isClean }: Proven): Login {
  const { familiarDays: deviceDays } = services.limits.password;
  const { source } = attempt;
  return { now: secondsNow(services), device, source, deviceDays, proof: isClean ? proof : undefined };
}

/** The login is committed: forgets what failed, reports it to the user, and allows the commands of the account. */
export async function completeLogin(
  { services, tries, known }: Context,
  { standing: { uid, username }, attempt, entry, proof, device }: Proven,
  { account, failed }: { readonly account: Account; readonly failed: number },
  by: FactorKind | 'reset',
): Promise<Step> {
  const { source } = attempt;
  const failures = await services.ledger.succeeded(attempt, { proof, mark: account.proofs, known });
  const { passwords, unfinished } = failures;
  const codes = failures.codes + failed;
  const factor = by === 'reset' ? 'recovery' : by;
  services.onLogin({ uid, username, source, factor, reset: by === 'reset' });
  tries.rejected = 0;
  tries.mistyped = 0;
  const next: Phase = {
    at: 'authenticated',
    standing: standingOf(account),
    source,
    device,
    since: services.uptime(),
    login: { at: secondsNow(services), factor },
    mayReplaceTotp: by === 'recovery',
    ownFactors: by === 'reset' ? ['totp'] : [],
  };
  return answer(next, {
    type: 'login.done',
    username,
    lastLogin: entry.value.lastLogin,
    failedSince: passwords + codes > 0 || unfinished ? { passwords, codes, unfinished } : undefined,
    recoveryCodesLeft: account.recovery.length,
    nextCodeIn: nextCodeIn(account, secondsNow(services)),
    advice: adviceFor(services, account, by === 'recovery'),
  });
}

function adviceFor(
  services: Services,
  account: Account,
  byRecovery: boolean,
): MessageOf<'login.done'>['advice'] {
  const advice: MessageOf<'login.done'>['advice'] = [];
  if (byRecovery) advice.push('replace_totp');
  else if (account.totp.weak) advice.push('renew_totp');
  if (belowProfile(services, account)) advice.push('upgrade_credential');
  return advice;
}
