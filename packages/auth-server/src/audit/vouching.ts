/**
 * Accounts compared with the log: which version of each account the events vouch for.
 *
 * Every change of an account gives it the next version and is committed with an event that holds it. An older record that was put
 * back is behind its latest event; when it has changed since, two events hold the same version.
 */
import type { AuditRecord } from './event.ts';

/** Clocks of several machines differ by less. */
const SKEW_MILLISECONDS = 60_000;

interface Said {
  readonly version: bigint;
  readonly at: number;
  readonly removed: boolean;
}

interface History {
  readonly username: string;
  readonly changes: Said[];
  /** What events say about the version at their time, without a change. */
  readonly statements: Said[];
}

export type Verdict = 'vouched' | 'unvouched' | 'put back';

export class Vouching {
  readonly #histories = new Map<string, History>();

  note({ kind, at, accounts = [] }: AuditRecord): void {
    for (const { username, uid, version, removed = false } of accounts) {
      const history = this.#histories.get(uid) ?? { username, changes: [], statements: [] };
      const said = { version: BigInt(version), at, removed };
      (kind === 'audit.vouched' ? history.statements : history.changes).push(said);
      this.#histories.set(uid, history);
    }
  }

  /** Of an account as it was read after the events. A version that no event has yet is `unvouched`. */
  verdictOn(uid: string, version: bigint): Verdict {
    const history = this.#histories.get(uid);
    if (history === undefined) return 'unvouched';
    const latest = latestOf(history);
    if (latest.removed || version < latest.version || isForked(history)) return 'put back';
    return version === latest.version ? 'vouched' : 'unvouched';
  }

  /** Whether an event vouches for this version, be it the latest or not. */
  knows(uid: string, version: bigint): boolean {
    const { changes = [], statements = [] } = this.#histories.get(uid) ?? {};
    return [...changes, ...statements].some((said) => said.version === version && !said.removed);
  }

  /** The accounts that the log says there are. */
  *present(): Generator<{ readonly uid: string; readonly username: string }> {
    for (const [uid, history] of this.#histories)
      if (!latestOf(history).removed) yield { uid, username: history.username };
  }
}

function latestOf({ changes, statements }: History): Said {
  return [...changes, ...statements].reduce((latest, said) =>
    said.version > latest.version ? said : latest,
  );
}

function isForked({ changes, statements }: History): boolean {
  if (new Set(changes.map(({ version }) => version)).size < changes.length) return true;
  return statements.some((said) =>
    changes.some(({ version, at }) => version <= said.version && at > said.at + SKEW_MILLISECONDS),
  );
}
