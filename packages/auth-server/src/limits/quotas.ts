/** What may be done so many times in a day or an hour, counted in rows of the ledger. */
import type { Write } from '@countersign/secure-store';
import type { Hold } from './attempt.ts';
import type { LimitName, Limits } from './limits.ts';
import { accountId } from './row-ids.ts';
import type { LedgerRows, Row } from './rows.ts';
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
   * from that source or network. Those of all sources count when they are confirmed (`countRegistered`).
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
   * `commit` is asked again when another registration was faster.
   */
  async countRegistered(commit: (count: readonly Write[]) => Promise<void>): Promise<Hold | undefined> {
    return this.#rows.change<'all', Hold | undefined>(
      { all: REGISTERED },
      (rows, now) => {
        const all = windowed(rows.all, DAY, now);
        const result = holdOfDay(all, this.#limits, 'registrationsPerDay', now);
        return { result, rows: result ? {} : { all: oneMore(all) } };
      },
      { commit },
    );
  }

  /** Counts one change of the account by its owner, unless there were too many in this hour. */
  async countChange(account: string): Promise<Hold | undefined> {
    const { changesPerHour } = this.#limits.account;
    return this.#rows.change({ account: accountId(account) }, (rows, now) => {
      const row = windowed(rows.account, HOUR, now);
      const seconds = row.since + HOUR - now;
      if (row.count >= changesPerHour)
        return { result: { seconds, limit: 'account.changesPerHour' }, rows: {} };
      return { result: undefined, rows: { account: oneMore(row) } };
    });
  }
}

function oneMore(row: Row): Row {
  return { ...row, count: row.count + 1 };
}

/** How long a counter of a day holds what it counts, if it does. */
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
