/**
 * Accounts compared with the log: which version of each account the events vouch for. Every change of an account gives it
 * the next version and is committed with an event that contains it. An older record that was put back is behind its latest
 * event; if it has changed since, two events contain the same version.
 *
 * Memory grows with the number of accounts, not of events. Events are noted in the order of writing.
 */
import type { AuditRecord } from './event.ts';
import { Versions } from './versions.ts';

/** The clocks of several machines differ by less than this. */
const SKEW_MILLISECONDS = 60_000;

interface Said {
  readonly version: bigint;
  readonly at: number;
  readonly removed: boolean;
}

interface History {
  readonly username: string;
  readonly changes: Versions;
  /** What events without a change said about the version at their time; only those with a later version than before. */
  readonly statements: Said[];
  latest: Said;
  forked: boolean;
}

export type Verdict = 'vouched' | 'unvouched' | 'put back';

export class Vouching {
  readonly #histories = new Map<string, History>();

  note({ kind, at, accounts = [] }: AuditRecord): void {
    for (const { username, uid, version, removed = false } of accounts) {
      const said = { version: BigInt(version), at, removed };
      const history = this.#histories.get(uid) ?? emptyHistory(username, said);
      this.#histories.set(uid, history);
      if (kind === 'audit.vouched') noteStatement(history, said);
      else noteChange(history, said);
    }
  }

  /** Judges an account as it was read after the events. A version without an event is `unvouched`. */
  verdictOn(uid: string, version: bigint): Verdict {
    const history = this.#histories.get(uid);
    if (history === undefined) return 'unvouched';
    const { latest, forked } = history;
    if (latest.removed || version < latest.version || forked) return 'put back';
    return version === latest.version ? 'vouched' : 'unvouched';
  }

  /** Returns whether an event vouches for this version, whether or not it is the latest. */
  knows(uid: string, version: bigint): boolean {
    const history = this.#histories.get(uid);
    if (history === undefined) return false;
    const { latest, changes, statements } = history;
    if (latest.version === version && latest.removed) return false;
    return changes.has(version) || statements.some((said) => said.version === version);
  }

  /** Yields the accounts that exist according to the log. */
  *present(): Generator<{ readonly uid: string; readonly username: string }> {
    for (const [uid, { username, latest }] of this.#histories) if (!latest.removed) yield { uid, username };
  }
}

function emptyHistory(username: string, latest: Said): History {
  return { username, changes: new Versions(), statements: [], latest, forked: false };
}

function noteChange(history: History, said: Said): void {
  const { changes, statements } = history;
  const isStale = statements.some(
    ({ version, at }) => said.version <= version && said.at > at + SKEW_MILLISECONDS,
  );
  if (!changes.add(said.version) || isStale) history.forked = true;
  if (said.version >= history.latest.version) history.latest = said;
}

function noteStatement(history: History, said: Said): void {
  const { statements, latest } = history;
  if (said.version > (statements.at(-1)?.version ?? -1n)) statements.push(said);
  if (said.version > latest.version) history.latest = said;
}
