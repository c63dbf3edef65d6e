/** Who has to wait at which account, as an administrator sees it. */
import type { FactorKind } from '@countersign/wire-protocol';
import { budgetOf, heldBy } from './budgets.ts';
import type { Limits } from './limits.ts';
import type { Row } from './row.ts';
import { type Subject, subjectsOf } from './row-ids.ts';

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
      const held = heldBy([budgetOf(id, subject, limits)], { [id]: row }, now);
      const wait = held && held.full === undefined && waitOf(subject, held.hold.seconds, now);
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

/** Returns what a subject has to wait for. A device that is not trusted counts as a stranger. */
function waitOf(subject: Subject, seconds: number, now: number): Wait | undefined {
  if (seconds === Number.POSITIVE_INFINITY)
    return subject.kind === 'password' || subject.kind === 'device' ? undefined : { kind: subject.kind };
  const until = now + seconds;
  if (subject.kind === 'device') return { kind: 'password', device: true, until };
  return { kind: subject.kind, until, source: 'source' in subject ? subject.source : undefined };
}
