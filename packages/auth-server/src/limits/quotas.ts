/** Limits on what can be done in a day or an hour, counted in rows of the ledger. */
import { retryConflicts, type Write } from '@countersign/secure-store';
import type { Hold } from './attempt.ts';
import type { LimitName, Limits } from './limits.ts';
import type { Row, Rows } from './row.ts';
import type { LedgerRows } from './rows.ts';
import { networkOf } from './source.ts';
import { DAY } from './tally.ts';

const HOUR = 60 * 60;
/** The row that counts the accounts registered without an invitation. */
const REGISTERED = 'registered';

export class Quotas {
  readonly #rows: LedgerRows;
  readonly #limits: Limits;

  constructor(rows: LedgerRows, limits: Limits) {
    this.#rows = rows;
    this.#limits = limits;
  }

  /**
   * Counts one registration begun without an invitation, which reveals whether a name is taken, unless there were too many
   * from this source or network. The limit for all sources together counts confirmed ones (`countRegistered`).
   */
  async countRegistration(source: string): Promise<Hold | undefined> {
    const network = networkOf(source);
    const ids = {
      source: `registrations/${source}`,
      network: `network-registrations/${network}`,
      all: REGISTERED,
    };
    return this.#rows.change<keyof typeof ids, Hold | undefined>(
      ids,
      (rows, now) => {
        const begun = {
          source: windowed(rows.source, DAY, now),
          network: windowed(rows.network, DAY, now),
        };
        const result =
          holdOfDay(begun.source, this.#limits.source, 'source.registrationsPerDay', now) ??
          holdOfDay(begun.network, this.#limits.network, 'network.registrationsPerDay', now) ??
          holdOfDay(windowed(rows.all, DAY, now), this.#limits, 'registrationsPerDay', now);
        if (result) return { result, rows: {} };
        return { result, rows: { source: oneMore(begun.source), network: oneMore(begun.network) } };
      },
      { network },
    );
  }

  /**
   * Counts one account registered without an invitation, in the commit that inserts it, unless there were too many today.
   * `commit` is called again when another registration was faster.
   */
  async countRegistered(commit: (count: readonly Write[]) => Promise<void>): Promise<Hold | undefined> {
    const count = (rows: Rows<'all'>, now: number) => {
      const all = windowed(rows.all, DAY, now);
      const result = holdOfDay(all, this.#limits, 'registrationsPerDay', now);
      return { result, rows: result ? {} : { all: oneMore(all) } };
    };
    return retryConflicts(() => this.#rows.change({ all: REGISTERED }, count, { commit }));
  }
}

/** Counts a change of an account by its owner, unless there were too many in this hour. */
export function withChange(row: Row, { account }: Limits, now: number): Row | Hold {
  const current = windowed(row, HOUR, now);
  if (current.count < account.changesPerHour) return oneMore(current);
  return { seconds: current.since + HOUR - now, limit: 'account.changesPerHour' };
}

function oneMore(row: Row): Row {
  return { ...row, count: row.count + 1 };
}

/** Returns how long a counter of a day holds what it counts, if it does. */
function holdOfDay(
  { count, since }: Row,
  { registrationsPerDay }: { readonly registrationsPerDay: number },
  limit: LimitName,
  now: number,
): Hold | undefined {
  return count < registrationsPerDay ? undefined : { seconds: since + DAY - now, limit };
}

function windowed(row: Row, length: number, now: number): Row {
  return Math.abs(now - row.since) >= length ? { ...row, since: now, count: 0 } : row;
}
