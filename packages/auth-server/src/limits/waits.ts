/** Who has to wait at which account, as an administrator sees it. */
import { FACTORS, type FactorKind } from '@countersign/wire-protocol';
import type { Limits } from './limits.ts';
import type { Row } from './row.ts';
import { type Subject, subjectsOf } from './row-ids.ts';
import {
  codeRule,
  DAY,
  deviceRule,
  inWindow,
  nameRule,
  passwordRule,
  type Tally,
  type Verdict,
  verdictOf,
} from './tally.ts';

/** Attempts that an account does not accept now. */
export interface Wait {
  readonly kind: 'password' | FactorKind;
  /** For passwords: the source; without it and `device`, everywhere but known devices. */
  readonly source?: string | undefined;
  /** For passwords: one of the devices that the account knows. */
  readonly device?: true | undefined;
  /** Unix seconds. Without it the account is locked: the administrator unlocks it, a recovery code unlocks `totp`. */
  readonly until?: number | undefined;
}

/** The waits of all accounts. */
export class Waits {
  readonly #byName = new Map<string, Wait[]>();
  readonly #byAccount = new Map<string, Wait[]>();

  /** Adds what a row of the ledger makes its subjects wait for. */
  add(id: string, row: Row, limits: Limits, now: number): void {
    for (const subject of subjectsOf(id)) {
      const tally =
        'account' in subject && subject.kind !== 'device' ? row.factors?.[subject.kind] : row.tally;
      const wait = tally && waitOf(subject, tally, limits, now);
      if (wait) this.#add(subject, wait);
    }
  }

  #add(subject: Subject, wait: Wait): void {
    const [waits, key] =
      subject.kind === 'password' ? [this.#byName, subject.username] : [this.#byAccount, subject.account];
    waits.set(key, [...(waits.get(key) ?? []), wait]);
  }

  of({ username, uid }: { username: string; uid: string }): readonly Wait[] {
    return [...(this.#byAccount.get(uid) ?? []), ...(this.#byName.get(username) ?? [])];
  }
}

/** Returns what a tally, in which lapsed attempts count as failures, makes its subject wait for. */
function waitOf(subject: Subject, tally: Tally, limits: Limits, now: number): Wait | undefined {
  const verdict = verdictFor(subject, tally, limits, now);
  const { kind } = subject;
  if (verdict.kind === 'locked' && isFactor(kind)) return { kind };
  if (verdict.kind !== 'wait') return undefined;
  const until = now + verdict.seconds;
  if (kind === 'device') return { kind: 'password', device: true, until };
  return { kind, until, source: 'source' in subject ? subject.source : undefined };
}

function isFactor(kind: Subject['kind']): kind is FactorKind {
  return FACTORS.some((factor) => factor === kind);
}

function verdictFor(subject: Subject, tally: Tally, limits: Limits, now: number): Verdict {
  switch (subject.kind) {
    case 'device':
      return verdictOf(tally, deviceRule(limits.password), now);
    case 'password':
      return subject.source === undefined
        ? verdictOf(inWindow(tally, DAY, now), nameRule(limits.name), now)
        : verdictOf(tally, passwordRule(limits.password), now);
    default:
      return verdictOf(tally, codeRule(limits.code), now);
  }
}
