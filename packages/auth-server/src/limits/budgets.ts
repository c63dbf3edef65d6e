/** The rules for an attempt: the rows in which it counts, each with its own rule. */
import type { FactorKind } from '@countersign/wire-protocol';
import type { Attempt, Hold } from './attempt.ts';
import type { LimitName, Limits } from './limits.ts';
import type { Row, Rows } from './row.ts';
import { codesId, deviceId, nameId, pairId, type Subject, sourceId } from './row-ids.ts';
import {
  codeRule,
  DAY,
  deviceRule,
  EMPTY_TALLY,
  inWindow,
  nameRule,
  passwordRule,
  type Rule,
  sourceRule,
  type Tally,
  verdictOf,
} from './tally.ts';

export interface Budget {
  /** The id of the row. */
  readonly id: string;
  /** Where it counts in the row of an account's codes. */
  readonly factor?: FactorKind | undefined;
  readonly rule: Rule;
  readonly limit: LimitName;
  /** Returns what still counts at this time. */
  readonly current: (tally: Tally, now: number) => Tally;
  /** The maximum number of attempts under judgement at once, whatever the rule says. */
  readonly atOnce?: { readonly most: number; readonly limit: LimitName } | undefined;
}

/** What holds an attempt. `full` is the row that is full only because of attempts under judgement. */
export interface Held {
  readonly hold: Hold;
  readonly full: string | undefined;
}

type Rules = Omit<Budget, 'id' | 'factor'>;

/** How each kind of row holds attempts. */
const RULES = {
  device: ({ password }) => ({ limit: 'password.freeFailures', rule: deviceRule(password), current: all }),
  pair: ({ password }) => ({ limit: 'password.freeFailures', rule: passwordRule(password), current: all }),
  source: ({ source }) => ({
    limit: 'source.failures',
    rule: sourceRule(source),
    // Forgotten after a window without failures, or after the pause that they caused.
    current: (tally, now) =>
      inWindow(tally, tally.failures < source.failures ? source.window : source.pause, now),
    atOnce: { most: source.inFlight, limit: 'source.inFlight' },
  }),
  name: ({ name }) => ({
    limit: 'name.failures',
    rule: nameRule(name),
    current: (tally, now) => inWindow(tally, DAY, now),
  }),
  code: ({ code }) => ({ limit: 'code.perStep', rule: codeRule(code), current: all }),
} satisfies Record<string, (limits: Limits) => Rules>;

function all(tally: Tally): Tally {
  return tally;
}

/**
 * Returns the budgets of a password attempt. A known device is judged by its own row alone, so failures of others, behind
 * the same address or elsewhere, do not hold it back. Everyone else is judged by the pair of source and account, by the
 * source, and by the name.
 */
export function passwordBudgets(
  { source, username, account, device }: Attempt,
  limits: Limits,
): readonly Budget[] {
  if (device !== undefined) return [{ id: deviceId(account, device), ...RULES.device(limits) }];
  return [
    { id: pairId(source, username), ...RULES.pair(limits) },
    { id: sourceId(source), ...RULES.source(limits) },
    { id: nameId(username), ...RULES.name(limits) },
  ];
}

export function factorBudget(account: string, factor: FactorKind, limits: Limits): Budget {
  return { id: codesId(account), factor, ...RULES.code(limits) };
}

/** Returns the budget of what a row counts for one of its subjects. */
export function budgetOf(id: string, subject: Subject, limits: Limits): Budget {
  if (subject.kind === 'device') return { id, ...RULES.device(limits) };
  if (subject.kind !== 'password') return factorBudget(subject.account, subject.kind, limits);
  return { id, ...(subject.source === undefined ? RULES.name(limits) : RULES.pair(limits)) };
}

/** Returns the longest of the pauses that hold an attempt, or else a row that is full. */
export function heldBy(
  budgets: readonly Budget[],
  rows: Readonly<Partial<Rows<string>>>,
  now: number,
): Held | undefined {
  let longest: Held | undefined;
  let full: Held | undefined;
  for (const budget of budgets) {
    const row = rows[budget.id];
    const held = row && heldByOne(budget, tallyIn(row, budget), now);
    if (held?.full !== undefined) full ??= held;
    else if (held && held.hold.seconds > (longest?.hold.seconds ?? 0)) longest = held;
  }
  return longest ?? full;
}

/** Returns the ids of the rows of these budgets. */
export function idsOf(budgets: readonly Budget[]): Record<string, string> {
  return Object.fromEntries(budgets.map(({ id }) => [id, id]));
}

/** Returns the rows of the budgets, each with its tally changed. */
export function changed(
  rows: Rows<string>,
  budgets: readonly Budget[],
  change: (tally: Tally, budget: Budget) => Tally,
): Rows<string> {
  return Object.fromEntries(
    budgets.flatMap((budget) => {
      const row = rows[budget.id];
      return row ? [[budget.id, withTally(row, budget, change(tallyIn(row, budget), budget))]] : [];
    }),
  );
}

function tallyIn({ tally, factors }: Row, { factor }: Budget): Tally {
  return factor === undefined ? tally : (factors?.[factor] ?? EMPTY_TALLY);
}

function withTally(row: Row, { factor }: Budget, tally: Tally): Row {
  return factor === undefined ? { ...row, tally } : { ...row, factors: { ...row.factors, [factor]: tally } };
}

function heldByOne(
  { id, rule, limit, current, atOnce }: Budget,
  whole: Tally,
  now: number,
): Held | undefined {
  const tally = current(whole, now);
  const verdict = verdictOf(tally, rule, now);
  switch (verdict.kind) {
    case 'wait':
      return { hold: { seconds: verdict.seconds, limit }, full: undefined };
    case 'locked':
      return { hold: { seconds: Number.POSITIVE_INFINITY, limit: lockOf(limit) }, full: undefined };
    case 'full':
      return { hold: { seconds: 1, limit }, full: id };
    case 'go':
      if (!atOnce || tally.reserved.length < atOnce.most) return undefined;
      return { hold: { seconds: 1, limit: atOnce.limit }, full: id };
  }
}

function lockOf(limit: LimitName): LimitName {
  return limit === 'code.perStep' ? 'code.lockAfter' : limit;
}
