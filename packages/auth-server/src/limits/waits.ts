/** Who has to wait at which account, as the rows of the ledger and the limits say: what an administrator sees. */
import type { FactorKind } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { Subject } from './row-ids.ts';
import { codeRule, DAY, inWindow, nameRule, passwordRule, type Tally, verdictOf } from './tally.ts';

/** Something that an account does not take now. */
export interface Wait {
  readonly kind: 'password' | FactorKind;
  /** Of passwords: from there; without it, from every source that has never logged in to the account. */
  readonly source?: string;
  /** Of passwords: the source has logged in to the account before. */
  readonly familiar?: true;
  /** Unix seconds. Without it the account is locked for this kind: the administrator unlocks it, a recovery code unlocks `totp`. */
  readonly until?: number;
}

export class Waits {
  readonly #byName = new Map<string, Wait[]>();
  readonly #byAccount = new Map<string, Wait[]>();

  add(subject: Subject, wait: Wait): void {
    const [waits, key] =
      subject.kind === 'password' ? [this.#byName, subject.username] : [this.#byAccount, subject.account];
    waits.set(key, [...(waits.get(key) ?? []), wait]);
  }

  of({ username, uid }: { username: string; uid: string }): readonly Wait[] {
    return [...(this.#byAccount.get(uid) ?? []), ...(this.#byName.get(username) ?? [])];
  }
}

/** What `tally`, with what lapsed counted, makes its subject wait for at `now`; nothing when it need not wait. */
export function waitOf(subject: Subject, tally: Tally, limits: Limits, now: number): Wait | undefined {
  if (subject.kind !== 'password') {
    const verdict = verdictOf(tally, codeRule(limits.code), now);
    if (verdict.kind === 'locked') return { kind: subject.kind };
    return verdict.kind === 'wait' ? { kind: subject.kind, until: now + verdict.seconds } : undefined;
  }
  const { kind, source, familiar } = subject;
  const verdict =
    source === undefined
      ? verdictOf(inWindow(tally, DAY, now), nameRule(limits.name), now)
      : verdictOf(tally, passwordRule(limits.password), now);
  if (verdict.kind !== 'wait') return undefined;
  return {
    kind,
    until: now + verdict.seconds,
    ...(source === undefined ? {} : { source }),
    ...(familiar ? { familiar } : {}),
  };
}
