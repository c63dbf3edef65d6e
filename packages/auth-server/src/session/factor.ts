/** The second factor: codes judged under the account's own budget, and the answer to a wrong one. */
import { parseCode, parseRecoveryCode, TotpSecret, verifyCode } from '@countersign/totp-core';
import { type Account, toBytes } from '../accounts/account.ts';
import type { Payment, Standing, Unpaid } from '../accounts/accounts.ts';
import type { FactorKind, Hold } from '../limits/attempt.ts';
import {
  answer,
  CLOSED,
  type Context,
  type MessageOf,
  type Phase,
  type PhaseAt,
  refuse,
  type Step,
  wholeSeconds,
} from './phase.ts';
import { type Services, secondsNow } from './services.ts';
import { turnAway } from './turn-away.ts';

/** What became of a code: `done` means it was right and what it was for is committed. */
export type FactorOutcome = 'done' | 'used' | 'wrong' | 'malformed';

/** What a command carries to pay for itself. */
type Factor = MessageOf<'password.change'>['factor'];

/** A phase in which the client can submit codes. */
type PhaseTakingCodes = PhaseAt<'proven' | 'reset' | 'authenticated' | 'replacement'>;

/** Returns whose code it is, and where it comes from. */
function holderOf(phase: PhaseTakingCodes): { standing: Standing; source: string } {
  return 'proven' in phase ? { standing: phase.proven.standing, source: phase.proven.attempt.source } : phase;
}

/** Returns the state after a rejected code. */
function afterRejection(phase: PhaseTakingCodes): Phase {
  return 'proven' in phase ? { ...phase, at: 'proven' } : { ...phase, at: 'authenticated' };
}

/**
 * Judges one code under the account's budget. Gives nothing when it was right; otherwise the answer, and `stay` is
 * the phase that goes on, with one more wrong code, unless it was the last this connection may send.
 */
export async function judgeFactor(
  context: Context,
  phase: PhaseTakingCodes,
  kind: FactorKind,
  judge: () => Promise<FactorOutcome>,
): Promise<Step | undefined> {
  const { services, tries } = context;
  const { standing, source } = holderOf(phase);
  const verdict = await services.ledger.judgeFactor(
    standing.uid,
    kind,
    async () => {
      const outcome = await judge();
      if (outcome === 'done') return { right: true as const };
      return { right: false as const, repeated: outcome === 'used', outcome };
    },
    tries.mistyped,
  );
  const isRight = verdict.kind === 'judged' && verdict.outcome.right;
  if (isRight) tries.mistyped = 0;
  else if (verdict.kind !== 'judged' || !verdict.outcome.repeated) tries.mistyped += 1;
  if (isRight) return undefined;
  const about = { username: standing.username, source };
  if (verdict.kind !== 'judged') {
    const { seconds, limit } = verdict.hold;
    services.journal.gather({ kind: 'attempt.refused', ...about, detail: limit });
    return seconds === Number.POSITIVE_INFINITY
      ? refuse('locked')
      : rejectFactor(context, phase, undefined, seconds);
  }
  const { outcome } = verdict.outcome;
  services.journal.gather({ kind: 'factor.failed', ...about, detail: outcome === 'used' ? 'used' : kind });
  if (verdict.locked) await services.journal.commit([], [{ kind: 'factor.locked', ...about, detail: kind }]);
  return rejectFactor(context, phase, outcome);
}

/** The answer to a code that was not taken; the last one a connection may send ends it. */
export async function rejectFactor(
  { services, tries }: Context,
  phase: PhaseTakingCodes,
  reason: Exclude<FactorOutcome, 'done'> | 'own' | undefined,
  retryAfter?: number,
): Promise<Step> {
  const account = await services.accounts.find(holderOf(phase).standing.username);
  tries.rejected += 1;
  const attemptsLeft = Math.max(0, services.limits.code.perConnection - tries.rejected);
  return answer(attemptsLeft === 0 ? CLOSED : afterRejection(phase), {
    type: 'factor.rejected',
    reason,
    attemptsLeft,
    retryAfter: wholeSeconds(retryAfter),
    nextCodeIn: !account || account.totpReset ? undefined : nextCodeIn(account, secondsNow(services)),
  });
}

/** Judges a TOTP code against the account as it is now, so that a step used meanwhile is seen. */
export async function findStep(
  services: Services,
  standing: Standing,
  input: string,
): Promise<
  { ok: true; step: number; offset: number } | { ok: false; reason: 'used' | 'wrong' | 'malformed' }
> {
  const account = await services.accounts.findStanding(standing);
  const { secret, algorithm, digits, period, lastStep } = account.totp;
  const code = parseCode(input, digits);
  if (code === undefined) return { ok: false, reason: 'malformed' };
  return verifyCode({
    secret: TotpSecret.fromBytes(toBytes(secret), { imported: true }),
    profile: { algorithm, digits, period },
    code,
    time: secondsNow(services),
    after: lastStep,
  });
}

/**
 * Judges the factor that a command carries under the account's budget. `spend` commits what it pays for. A right one buys only
 * as many changes an hour as the limits allow: the log keeps an event of each, and recovery codes that buy new ones never run out.
 *
 * @returns `undefined` when it was right and `spend` has committed, otherwise the answer that refuses it
 */
export async function payFor(
  context: Context,
  phase: PhaseTakingCodes,
  factor: Factor,
  spend: (payment: Payment) => Promise<'done' | Unpaid>,
): Promise<Step | undefined> {
  const { services } = context;
  const { standing, source } = holderOf(phase);
  let hold: Hold | undefined;
  const spendWithin = async (payment: Payment) => {
    if (!('proven' in phase)) hold = await services.ledger.quotas.countChange(standing.uid);
    return hold ? 'done' : spend(payment);
  };
  const refused = await judgePayment(context, phase, factor, spendWithin);
  return refused ?? (hold && turnAway(services, { username: standing.username, source }, hold));
}

async function judgePayment(
  context: Context,
  phase: PhaseTakingCodes,
  factor: Factor,
  spend: (payment: Payment) => Promise<'done' | Unpaid>,
): Promise<Step | undefined> {
  const { services } = context;
  const { standing } = holderOf(phase);
  if (!('proven' in phase) && phase.ownFactors.includes(factor.kind))
    return rejectFactor(context, phase, 'own');
  if (factor.kind === 'recovery') {
    const parsed = parseRecoveryCode(factor.code);
    if (!parsed.ok) return rejectFactor(context, phase, 'malformed');
    return judgeFactor(context, phase, 'recovery', () => spend({ kind: 'recovery', code: parsed.code }));
  }
  const { totp } = await services.accounts.findStanding(standing);
  if (parseCode(factor.code, totp.digits) === undefined) return rejectFactor(context, phase, 'malformed');
  return judgeFactor(context, phase, 'totp', async () => {
    const found = await findStep(services, standing, factor.code);
    return found.ok ? spend({ kind: 'totp', step: found.step }) : found.reason;
  });
}

/**
 * Returns in how many seconds the authenticator shows a code that can still be accepted: 0 when the present one can.
 * By the server's clock: an app that is ahead shows it earlier.
 */
export function nextCodeIn({ totp }: Account, now: number): number {
  return Math.min(LONGEST_WAIT, Math.max(0, (totp.lastStep + 1) * totp.period - now));
}

/** A year, which is as long as the wire can say. */
const LONGEST_WAIT = 365 * 24 * 60 * 60;
