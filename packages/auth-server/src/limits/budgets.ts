/** What an attempt is judged by: the rows it counts in, each with its rule. */
import type { Attempt, FactorKind, Hold } from './attempt.ts';
import type { LimitName, Limits } from './limits.ts';
import { deviceId, factorId, nameId, pairId, sourceId } from './row-ids.ts';
import type { Rows } from './rows.ts';
import {
  codeRule,
  DAY,
  deviceRule,
  inWindow,
  nameRule,
  passwordRule,
  type Rule,
  sourceRule,
  type Tally,
  type Verdict,
  verdictOf,
} from './tally.ts';

export interface Budget {
  /** The row's. */
  readonly id: string;
  readonly rule: Rule;
  readonly limit: LimitName;
  /** What still counts of the row at this time. */
  readonly current: (tally: Tally, now: number) => Tally;
  /** How many attempts may be under judgement at once, whatever the rule says. */
  readonly atOnce?: { readonly most: number; readonly limit: LimitName };
}

/** What holds an attempt. `full` is the row in which attempts under judgement take the room: nothing else does. */
export interface Held {
  readonly hold: Hold;
  readonly full: string | undefined;
}

/**
 * A known device is judged by its own row alone: nothing that others fail at, behind the same address or anywhere else, holds
 * it back. Everyone else is judged by the pair of source and account, by the source, and by the name.
 */
export function passwordBudgets(
  { source, username, account, device }: Attempt,
  limits: Limits,
): readonly Budget[] {
  const always = (tally: Tally) => tally;
  if (device !== undefined)
    return [
      {
        id: deviceId(account, device),
        rule: deviceRule(limits.password),
        limit: 'password.freeFailures',
        current: always,
      },
    ];
  return [
    {
      id: pairId(source, username),
      rule: passwordRule(limits.password),
      limit: 'password.freeFailures',
      current: always,
    },
    {
      id: sourceId(source),
      rule: sourceRule(limits.source),
      limit: 'source.failures',
      current: (tally, now) => ofSource(tally, limits.source, now),
      atOnce: { most: limits.source.inFlight, limit: 'source.inFlight' },
    },
    {
      id: nameId(username),
      rule: nameRule(limits.name),
      limit: 'name.failures',
      current: (tally, now) => inWindow(tally, DAY, now),
    },
  ];
}

export function factorBudget(account: string, kind: FactorKind, limits: Limits): Budget {
  return {
    id: factorId(account, kind),
    rule: codeRule(limits.code),
    limit: 'code.perStep',
    current: (tally) => tally,
  };
}

/** The longest of the pauses that hold an attempt, or else a row whose room is taken. */
export function heldBy(
  budgets: readonly Budget[],
  tallies: ReadonlyMap<string, Tally>,
  now: number,
): Held | undefined {
  let longest: Held | undefined;
  let full: Held | undefined;
  for (const budget of budgets) {
    const tally = tallies.get(budget.id);
    const held = tally && heldByOne(budget, tally, now);
    if (held?.full !== undefined) full ??= held;
    else if (held && held.hold.seconds > (longest?.hold.seconds ?? 0)) longest = held;
  }
  return longest ?? full;
}

/** The rows of these budgets, by their ids. */
export function idsOf(budgets: readonly Budget[]): Record<string, string> {
  return Object.fromEntries(budgets.map(({ id }) => [id, id]));
}

export function talliesOf(rows: Partial<Rows<string>>): ReadonlyMap<string, Tally> {
  return new Map(Object.entries(rows).flatMap(([id, row]) => (row ? [[id, row.tally] as const] : [])));
}

/** The rows of the budgets, each with its tally changed. */
export function changed(
  rows: Rows<string>,
  budgets: readonly Budget[],
  change: (tally: Tally, budget: Budget) => Tally,
): Rows<string> {
  return Object.fromEntries(
    budgets.flatMap((budget) => {
      const row = rows[budget.id];
      return row ? [[budget.id, { ...row, tally: change(row.tally, budget) }]] : [];
    }),
  );
}

function heldByOne({ id, rule, limit, current, atOnce }: Budget, row: Tally, now: number): Held | undefined {
  const tally = current(row, now);
  const verdict: Verdict = verdictOf(tally, rule, now);
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

/** A source's failures are forgotten after its window without one, or after the pause they have brought about. */
function ofSource(tally: Tally, { failures, window, pause }: Limits['source'], now: number): Tally {
  return inWindow(tally, tally.failures < failures ? window : pause, now);
}
