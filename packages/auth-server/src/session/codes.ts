/**
 * Codes of a second factor, for a login and for the commands of an account: judged under the account's own budget, and
 * spent in the commit of what they pay for.
 */
import type { Write } from '@countersign/secure-store';
import type { FactorKind } from '@countersign/wire-protocol';
import type { Account } from '../accounts/account.ts';
import type { Standing } from '../accounts/standing.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Hold } from '../limits/attempt.ts';
import type { Settle } from '../limits/ledger.ts';
import { FACTOR_RULES } from './factors/index.ts';
import type { Reason, Spent } from './factors/rules.ts';
import {
  answer,
  CLOSED,
  type Context,
  type MessageOf,
  type Phase,
  type PhaseAt,
  type ResetPhase,
  refuse,
  type Step,
  wholeSeconds,
} from './phase.ts';
import { secondsNow } from './services.ts';
import { turnAway } from './turn-away.ts';

/** A code as the client submitted it. */
interface Code {
  readonly kind: FactorKind;
  readonly code: string;
}

/** What a code pays for: a change of the account, committed with this event. */
interface Purpose {
  /**
   * Returns the account afterwards, or `undefined` if there is nothing to change, when the code is not spent.
   *
   * @param account without the code, which `before` still has
   */
  readonly change: (account: Account, spent: Spent, before: Account) => Account | 'removed' | undefined;
  /** Returns what is committed together with the change. Called for each attempt. */
  readonly also?: (() => Promise<readonly Write[]>) | undefined;
  readonly event: AuditEvent;
  readonly isLogin?: boolean | undefined;
  /** Returns what is committed instead, if a correct code must not pay for this. Called once, with the current account. */
  readonly instead?: ((account: Account) => Promise<Purpose | undefined>) | undefined;
}

/** What became of a submitted code. */
type CodeAnswer =
  /**
   * `account`: as committed, or as it was if nothing had to be changed. `failed`: the wrong codes that a login reports.
   * `code`: in canonical form. `isInstead`: it paid for what was to be committed instead.
   */
  | {
      readonly taken: true;
      readonly isInstead: boolean;
      readonly account: Account;
      readonly failed: number;
      readonly code: string;
    }
  /** With the answer to the client. */
  | { readonly taken: false; readonly step: Step };

/** Judges a code against an account, and spends it. */
type Judge = (account: Account) => Spent | Reason;

/** The phases in which a client can submit codes. */
type PhaseTakingCodes = PhaseAt<'proven' | 'reset' | 'authenticated' | 'replacement'> | ResetPhase;

/**
 * Judges a code and, if it is right, commits what it pays for. Without a purpose the code is only checked, to be spent
 * later.
 *
 * @throws {AuthError} session_stale
 */
export async function submitCode(
  context: Context,
  phase: PhaseTakingCodes,
  { kind, code: input }: Code,
  purpose?: Purpose,
): Promise<CodeAnswer> {
  const { services, tries, known } = context;
  const { accounts, ledger } = services;
  const { standing } = holderOf(phase);
  const isCommand = !('proven' in phase);
  if ('ownFactors' in phase && phase.ownFactors.includes(kind)) return rejectCode(context, phase, 'own');
  const rules = FACTOR_RULES[kind];
  const read = async () => (isCommand ? await accounts.findStanding(standing) : phase.proven.entry.value);
  const code = await rules.parse(input, read);
  if (code === undefined) return rejectCode(context, phase, 'malformed');

  const judge = (account: Account) => rules.spend(services, account, code);
  let instead: Purpose | undefined;
  const judged = await ledger.judgeFactor(
    standing.uid,
    kind,
    async (settle) => {
      if (purpose?.instead) {
        const checked = await check(context, phase, judge);
        if (typeof checked !== 'string') instead = await purpose.instead(checked.account);
      }
      const chosen = instead ?? purpose;
      const spent = await (chosen
        ? pay(context, phase, judge, chosen, settle)
        : check(context, phase, judge));
      if (typeof spent !== 'string') return { right: true, ...spent } as const;
      return { right: false, repeated: spent === 'used', reason: spent } as const;
    },
    {
      mistyped: tries.mistyped,
      purpose: () => ((instead ?? purpose)?.isLogin ? 'login' : isCommand ? 'change' : undefined),
      known,
    },
  );
  if (judged.kind === 'wait') return refuseCode(context, phase, judged.hold);
  const { outcome } = judged;
  if (!outcome.right) return failCode(context, phase, kind, outcome.reason, judged.locked);
  tries.mistyped = 0;
  const { hold, failed } = judged;
  if (hold) return { taken: false, step: turnAway(services, aboutOf(phase), hold) };
  return { taken: true, account: outcome.account, failed, code, isInstead: instead !== undefined };
}

/** Judges a code and commits what it pays for, both on the condition that the account does not change in between. */
async function pay(
  { services }: Context,
  phase: PhaseTakingCodes,
  judge: Judge,
  { change, also, event }: Purpose,
  settle: Settle,
): Promise<Reason | { account: Account; isUnused?: true }> {
  const changed = await services.accounts.change<Reason | { account: Account; isUnused: true }>(
    holderOf(phase).standing,
    (account) => {
      const spent = judge(account);
      if (typeof spent === 'string') return { refused: spent };
      const after = change(spent.account, spent, account);
      return after === undefined ? { refused: { account, isUnused: true } } : { account: after, event };
    },
    { also, together: settle, known: 'proven' in phase ? phase.proven.entry : undefined },
  );
  return 'refused' in changed ? changed.refused : changed;
}

/** Judges a code that is spent later. */
async function check(
  { services }: Context,
  phase: PhaseTakingCodes,
  judge: Judge,
): Promise<Reason | { account: Account }> {
  const account = await services.accounts.findStanding(holderOf(phase).standing);
  const spent = judge(account);
  return typeof spent === 'string' ? spent : { account };
}

/** A code that was not judged, because of those before it. */
async function refuseCode(
  context: Context,
  phase: PhaseTakingCodes,
  { seconds, limit }: Hold,
): Promise<CodeAnswer> {
  context.tries.mistyped += 1;
  context.services.journal.gather({ kind: 'attempt.refused', ...aboutOf(phase), detail: limit });
  if (seconds === Number.POSITIVE_INFINITY) return { taken: false, step: refuse('locked') };
  return rejectCode(context, phase, undefined, seconds);
}

/** A code that was judged wrong. */
async function failCode(
  context: Context,
  phase: PhaseTakingCodes,
  kind: FactorKind,
  reason: Reason,
  locked: boolean,
): Promise<CodeAnswer> {
  const { journal } = context.services;
  const about = aboutOf(phase);
  if (reason !== 'used') context.tries.mistyped += 1;
  journal.gather({ kind: 'factor.failed', ...about, detail: reason === 'used' ? 'used' : kind });
  if (locked) await journal.commit([], [{ kind: 'factor.locked', ...about, detail: kind }]);
  return rejectCode(context, phase, reason);
}

/** Answers a code that was not accepted. The last one that a connection can send ends it. */
export async function rejectCode(
  { services, tries }: Context,
  phase: PhaseTakingCodes,
  reason: Reason | undefined,
  retryAfter?: number,
): Promise<CodeAnswer & { taken: false }> {
  const account = await services.accounts.find(holderOf(phase).standing.username);
  tries.rejected += 1;
  const attemptsLeft = Math.max(0, services.limits.code.perConnection - tries.rejected);
  const step = answer(attemptsLeft === 0 ? CLOSED : afterRejection(phase), {
    type: 'factor.rejected',
    reason,
    attemptsLeft,
    retryAfter: wholeSeconds(retryAfter),
    nextCodeIn: !account || account.totpReset ? undefined : nextCodeIn(account, secondsNow(services)),
  });
  return { taken: false, step };
}

/**
 * Returns in how many seconds the authenticator shows a code that can still be accepted: 0 if the current one can. By the
 * clock of the server: an app that is ahead shows it earlier.
 */
export function nextCodeIn({ totp }: Account, now: number): MessageOf<'login.done'>['nextCodeIn'] {
  return Math.min(LONGEST_WAIT, Math.max(0, (totp.lastStep + 1) * totp.period - now));
}

/** A year, the longest wait in a message. */
const LONGEST_WAIT = 365 * 24 * 60 * 60;

/** Returns whose code it is, and where it comes from. */
function holderOf(phase: PhaseTakingCodes): { standing: Standing; source: string } {
  return 'proven' in phase ? { standing: phase.proven.standing, source: phase.proven.attempt.source } : phase;
}

function aboutOf(phase: PhaseTakingCodes): Pick<AuditEvent, 'username' | 'source'> {
  const { standing, source } = holderOf(phase);
  return { username: standing.username, source };
}

/** Returns the state after a rejected code. */
function afterRejection(phase: PhaseTakingCodes): Phase {
  if ('proven' in phase) return { ...phase, at: 'proven' };
  return phase.at === 'invited' ? phase : { ...phase, at: 'authenticated' };
}
