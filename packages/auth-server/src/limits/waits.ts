/** Who has to wait at which account, as the rows of the ledger and the limits say: what an administrator sees. */
import type { FactorKind } from './attempt.ts';
import type { Limits } from './limits.ts';
import type { Subject } from './row-ids.ts';
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

/** Something that an account does not take now. */
export interface Wait {
  readonly kind: 'password' | FactorKind;
  /** Of passwords: from there; without it and `device`, from everywhere but known devices. */
  readonly source?: string;
  /** Of passwords: from one of the devices that the account knows. */
  readonly device?: true;
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
  const verdict = verdictFor(subject, tally, limits, now);
  const { kind } = subject;
  if (verdict.kind === 'locked' && (kind === 'totp' || kind === 'recovery')) return { kind };
  if (verdict.kind !== 'wait') return undefined;
  const until = now + verdict.seconds;
  if (kind === 'device') return { kind: 'password', device: true, until };
  return { kind, until, ...('source' in subject ? { source: subject.source } : {}) };
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
