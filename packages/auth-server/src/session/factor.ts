/** The second factor: codes judged under the account's own budget, and the answer to a wrong one. */
import { parseCode, parseRecoveryCode, TotpSecret, verifyCode } from '@countersign/totp-core';
import { toBytes } from '../accounts/account.ts';
import type { Standing } from '../accounts/accounts.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { FactorKind } from '../limits/ledger.ts';
import type { LimitName } from '../limits/limits.ts';
import { answer, CLOSED, type MessageOf, type PhaseAt, refuse, type Step } from './phase.ts';
import { type Services, secondsNow } from './services.ts';

/** What became of a code: `done` means it was right and what it was for is committed. */
export type FactorOutcome = 'done' | 'used' | 'wrong' | 'malformed';

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
  const verdict = await services.ledger.judgeFactor(standing.uid, kind, async () => {
    const outcome = await judge();
    return outcome === 'done' ? { right: true } : { right: false, outcome };
  });
  if (verdict.kind === 'judged' && verdict.outcome.right) return undefined;
  const about = { username: standing.username, source };
  if (verdict.kind !== 'judged') {
    const limit: LimitName = verdict.kind === 'locked' ? 'code.lockAfter' : 'code.perStep';
    services.journal.gather({ kind: 'attempt.refused', ...about, detail: limit });
    return verdict.kind === 'locked'
      ? refuse('locked')
      : rejectFactor(services, stay, undefined, verdict.seconds);
  }
  const { outcome } = verdict.outcome;
  services.journal.gather({ kind: 'factor.failed', ...about, detail: outcome === 'used' ? 'used' : kind });
  if (verdict.locked) await services.journal.commit([], [{ kind: 'factor.locked', ...about, detail: kind }]);
  return rejectFactor(services, stay, outcome);
}

/** The answer to a code that was not taken; the last one a connection may send ends it. */
export function rejectFactor(
  services: Services,
  stay: PhaseTakingCodes,
  reason: Exclude<FactorOutcome, 'done'> | undefined,
  retryAfter?: number,
): Step {
  const wrong = stay.wrong + 1;
  const attemptsLeft = Math.max(0, services.limits.code.perConnection - wrong);
  return answer(attemptsLeft === 0 ? CLOSED : { ...stay, wrong }, {
    type: 'factor.rejected',
    ...(reason === undefined ? {} : { reason }),
    attemptsLeft,
    ...(retryAfter === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(retryAfter)) }),
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
 * Checks a factor given for one action. A code's step is consumed here; a recovery code is handed back, to be spent
 * in the commit of what it was given for.
 */
export async function checkFactor(
  services: Services,
  stay: PhaseTakingCodes,
  holder: Holder,
  factor: NonNullable<MessageOf<'totp.replace'>['factor']>,
): Promise<{ ok: true; recoveryCode: string | undefined } | { ok: false; step: Step }> {
  const { accounts } = services;
  const { standing, source } = holder;
  const parsed = factor.kind === 'recovery' ? parseRecoveryCode(factor.code) : undefined;
  if (parsed && !parsed.ok) return { ok: false, step: rejectFactor(services, stay, 'malformed') };
  const refused = await judgeFactor(services, stay, holder, factor.kind, async () => {
    if (parsed) return (await accounts.hasRecovery(standing, parsed.code)) ? 'done' : 'wrong';
    const found = await findStep(services, standing, factor.code);
    const event: AuditEvent = { kind: 'factor.spent', username: standing.username, source };
    return found.ok ? accounts.spendStep(standing, found.step, event) : found.reason;
  });
  return refused ? { ok: false, step: refused } : { ok: true, recoveryCode: parsed?.code };
}
