/** The second factor: codes judged under the account's own budget, and the answer to a wrong one. */
import { parseCode, parseRecoveryCode, TotpSecret, verifyCode } from '@countersign/totp-core';
import { type Account, toBytes } from '../accounts/account.ts';
import type { Payment, Standing, Unpaid } from '../accounts/accounts.ts';
import type { FactorKind, Hold } from '../limits/attempt.ts';
import { answer, CLOSED, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { type Services, secondsNow } from './services.ts';
import { turnAway } from './turn-away.ts';

/** What became of a code: `done` means it was right and what it was for is committed. */
export type FactorOutcome = 'done' | 'used' | 'wrong' | 'malformed';

/** What a command carries to pay for itself. */
type Factor = MessageOf<'password.change'>['factor'];

/** Who shows a code: which account, and from where. */
interface Holder {
  readonly standing: Standing;
  readonly source: string;
}

/** A phase in which codes may come; it counts the wrong ones of this connection. */
type PhaseTakingCodes = PhaseAt<'factor' | 'resetting' | 'authenticated'>;

/**
 * Judges one code under the account's budget. Gives nothing when it was right; otherwise the answer, and `stay` is
 * the phase that goes on, with one more wrong code, unless it was the last this connection may send.
 */
export async function judgeFactor(
  services: Services,
  stay: PhaseTakingCodes,
  { standing, source }: Holder,
  kind: FactorKind,
  judge: () => Promise<FactorOutcome>,
): Promise<Step | undefined> {
  const { mistyped } = stay;
  const verdict = await services.ledger.judgeFactor(
    standing.uid,
    kind,
    async () => {
      const outcome = await judge();
      if (outcome === 'done') return { right: true as const };
      return { right: false as const, repeated: outcome === 'used', outcome };
    },
    mistyped.codes,
  );
  const isRight = verdict.kind === 'judged' && verdict.outcome.right;
  if (isRight) mistyped.codes = 0;
  else if (verdict.kind !== 'judged' || !verdict.outcome.repeated) mistyped.codes += 1;
  if (isRight) return undefined;
  const about = { username: standing.username, source };
  if (verdict.kind !== 'judged') {
    const { seconds, limit } = verdict.hold;
    services.journal.gather({ kind: 'attempt.refused', ...about, detail: limit });
    return seconds === Number.POSITIVE_INFINITY
      ? refuse('locked')
      : rejectFactor(services, stay, undefined, seconds);
  }
  const { outcome } = verdict.outcome;
  services.journal.gather({ kind: 'factor.failed', ...about, detail: outcome === 'used' ? 'used' : kind });
  if (verdict.locked) await services.journal.commit([], [{ kind: 'factor.locked', ...about, detail: kind }]);
  return rejectFactor(services, stay, outcome);
}

/** The answer to a code that was not taken; the last one a connection may send ends it. */
export async function rejectFactor(
  services: Services,
  stay: PhaseTakingCodes,
  reason: Exclude<FactorOutcome, 'done'> | 'own' | undefined,
  retryAfter?: number,
): Promise<Step> {
  const { username } = stay.at === 'authenticated' ? stay.standing : stay.proven.standing;
  const account = await services.accounts.find(username);
  const wrong = stay.wrong + 1;
  const attemptsLeft = Math.max(0, services.limits.code.perConnection - wrong);
  return answer(attemptsLeft === 0 ? CLOSED : { ...stay, wrong }, {
    type: 'factor.rejected',
    ...(reason === undefined ? {} : { reason }),
    attemptsLeft,
    ...(retryAfter === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(retryAfter)) }),
    ...(!account || account.totpReset ? {} : { nextCodeIn: nextCodeIn(account, secondsNow(services)) }),
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
  services: Services,
  stay: PhaseTakingCodes,
  holder: Holder,
  factor: Factor,
  spend: (payment: Payment) => Promise<'done' | Unpaid>,
): Promise<Step | undefined> {
  const { standing, source } = holder;
  let hold: Hold | undefined;
  const spendWithin = async (payment: Payment) => {
    if (stay.at === 'authenticated') hold = await services.ledger.quotas.countChange(standing.uid);
    return hold ? 'done' : spend(payment);
  };
  const refused = await judgePayment(services, stay, holder, factor, spendWithin);
  return refused ?? (hold && turnAway(services, { username: standing.username, source }, hold));
}

async function judgePayment(
  services: Services,
  stay: PhaseTakingCodes,
  holder: Holder,
  factor: Factor,
  spend: (payment: Payment) => Promise<'done' | Unpaid>,
): Promise<Step | undefined> {
  const { standing } = holder;
  if (stay.at === 'authenticated' && stay.ownFactors.includes(factor.kind))
    return rejectFactor(services, stay, 'own');
  if (factor.kind === 'recovery') {
    const parsed = parseRecoveryCode(factor.code);
    if (!parsed.ok) return rejectFactor(services, stay, 'malformed');
    return judgeFactor(services, stay, holder, 'recovery', () =>
      spend({ kind: 'recovery', code: parsed.code }),
    );
  }
  const { totp } = await services.accounts.findStanding(standing);
  if (parseCode(factor.code, totp.digits) === undefined) return rejectFactor(services, stay, 'malformed');
  return judgeFactor(services, stay, holder, 'totp', async () => {
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
