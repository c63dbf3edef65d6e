/**
 * The ledger of attempts: one set of rows in the store, shared by all processes, which says who may guess when.
 *
 * 1. Before a password or a code is judged, the attempt is *reserved* in every row it counts against.
 * 2. The answer settles it: wrong makes it a failure, right takes it back.
 * 3. Nobody settles it (crash, torn connection): it becomes a failure by itself after a minute.
 *
 * Within one process, attempts on the same rows queue up behind each other; between processes the store's
 * conditional commits decide. Commits are lazy: they survive the process, and need not wait for the disk. A
 * ledger that cannot be written throws, and then there is no login.
 */
import { type Collection, type Store, StoreError, type Write } from '@countersign/secure-store';
import { z } from 'zod';
import { KeyedQueue } from './keyed-queue.ts';
import type { Limits } from './limits.ts';
import {
  type CodeVerdict,
  codeVerdict,
  EMPTY_TALLY,
  inWindow,
  nameWait,
  passwordWait,
  reserved,
  settled,
  sourceWait,
  type Tally,
  tallySchema,
  withLapsed,
} from './tally.ts';

const rowSchema = z.strictObject({
  touched: z.int().min(0),
  tally: tallySchema,
  /** A simple counter in a window of time: connections begun this minute, registrations of this day. */
  count: z.int().min(0),
  since: z.int().min(0),
  /** Rows of existing accounts are kept however long nobody touches them. */
  kept: z.boolean(),
  /** On account rows: what failed since the last login. */
  passwords: z.int().min(0),
  codes: z.int().min(0),
});
type Row = z.output<typeof rowSchema>;
type Rows<K extends string> = Record<K, Row>;

const EMPTY_ROW: Row = {
  touched: 0,
  tally: EMPTY_TALLY,
  count: 0,
  since: 0,
  kept: false,
  passwords: 0,
  codes: 0,
};

/** Who tries what: `account` is the uid, real or simulated; `known` says whether its row outlives idleness. */
export interface Attempt {
  readonly source: string;
  readonly username: string;
  readonly account: string;
  readonly known: boolean;
  /** The source logged in to this account within the last 90 days. */
  readonly familiar: boolean;
}

export type FactorKind = 'totp' | 'recovery';

/** Permission to judge one attempt, to be settled exactly once; or the reason why not. */
export type Permit =
  | { readonly kind: 'go'; settle(right: boolean): Promise<void> }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'locked' };

export interface Failures {
  readonly passwords: number;
  readonly codes: number;
}

const MINUTE = 60;
const DAY = 24 * 60 * 60;
const ATTEMPTS_TO_COMMIT = 64;
const OVERFLOW = 'overflow';

export class Ledger {
  readonly #store: Store;
  readonly #rows: Collection<Row>;
  readonly #limits: Limits;
  readonly #clock: () => number;
  readonly #queue = new KeyedQueue();
  #rowCount = 0;

  /** `clock` gives unix milliseconds. */
  constructor(options: { store: Store; limits: Limits; clock: () => number }) {
    this.#store = options.store;
    this.#rows = options.store.collection('ledger', rowSchema);
    this.#limits = options.limits;
    this.#clock = options.clock;
  }

  /** Counts one `login.start`; the result is how many seconds to wait, 0 for none. */
  async countStart(source: string): Promise<number> {
    const { startsPerMinute } = this.#limits.source;
    return this.#change({ starts: `starts/${source}` }, (rows, now) => {
      const row = windowed(rows.starts, MINUTE, now);
      if (row.count >= startsPerMinute) return { result: row.since + MINUTE - now, rows: {} };
      return { result: 0, rows: { starts: { ...row, count: row.count + 1 } } };
    });
  }

  /** Counts one registration, or says how many seconds to wait. */
  async countRegistration(source: string): Promise<number> {
    const keys = { source: `registrations/${source}`, all: 'registrations' };
    return this.#change(keys, (rows, now) => {
      const own = windowed(rows.source, DAY, now);
      const all = windowed(rows.all, DAY, now);
      if (own.count >= this.#limits.source.registrationsPerDay)
        return { result: own.since + DAY - now, rows: {} };
      if (all.count >= this.#limits.registrationsPerDay) return { result: all.since + DAY - now, rows: {} };
      return {
        result: 0,
        rows: { source: { ...own, count: own.count + 1 }, all: { ...all, count: all.count + 1 } },
      };
    });
  }

  /** Seconds until this attempt could be made; 0 when it can now. Reserves nothing. */
  async passwordDelay(attempt: Attempt): Promise<number> {
    return this.#change(passwordKeys(attempt), (rows, now) => ({
      result: this.#passwordWait(attempt, rows, now),
      rows: {},
    }));
  }

  /** Reserves, judges and settles one password attempt; others on the same pair wait in the queue meanwhile. */
  async judgePassword<T extends { right: boolean }>(
    attempt: Attempt,
    judge: () => T | Promise<T>,
  ): Promise<{ kind: 'judged'; outcome: T } | { kind: 'wait'; seconds: number }> {
    return this.#queue.run(`judge/${attempt.source}/${attempt.username}`, async () => {
      const permit = await this.#reservePassword(attempt);
      if (permit.kind !== 'go') return { kind: 'wait', seconds: permit.kind === 'wait' ? permit.seconds : 1 };
      return { kind: 'judged', outcome: await settledBy(permit, judge) };
    });
  }

  /** The same for a second factor, which is counted by account, reachable only behind a right password. */
  async judgeFactor<T extends { right: boolean }>(
    account: string,
    kind: FactorKind,
    judge: () => T | Promise<T>,
  ): Promise<{ kind: 'judged'; outcome: T } | { kind: 'wait'; seconds: number } | { kind: 'locked' }> {
    return this.#queue.run(`judge/${account}/${kind}`, async () => {
      const permit = await this.#reserveFactor(account, kind);
      if (permit.kind !== 'go') return permit;
      return { kind: 'judged', outcome: await settledBy(permit, judge) };
    });
  }

  /** Whether the account's codes are locked: then only a recovery code or the administrator helps. */
  async isLocked(account: string): Promise<boolean> {
    return this.#change({ code: factorKey(account, 'totp') }, (rows, now) => ({
      result: codeVerdict(rows.code.tally, this.#limits.code, now).kind === 'locked',
      rows: {},
    }));
  }

  /** After a complete login: forgets what failed on this account from this source, and tells what had failed. */
  async succeeded(attempt: Attempt): Promise<Failures> {
    const keys = {
      ...passwordKeys(attempt),
      code: factorKey(attempt.account, 'totp'),
      recovery: factorKey(attempt.account, 'recovery'),
    };
    return this.#change(keys, (rows) => {
      const { passwords, codes } = rows.account;
      const forgiven = rows.pair.tally.failures;
      const source = rows.source.tally;
      return {
        result: { passwords, codes },
        rows: {
          pair: { ...rows.pair, tally: { ...rows.pair.tally, failures: 0 } },
          source: attempt.familiar
            ? rows.source
            : { ...rows.source, tally: { ...source, failures: Math.max(0, source.failures - forgiven) } },
          account: { ...rows.account, kept: true, passwords: 0, codes: 0 },
          code: { ...rows.code, tally: { ...rows.code.tally, failures: 0 } },
          recovery: { ...rows.recovery, tally: { ...rows.recovery.tally, failures: 0 } },
        },
      };
    });
  }

  /**
   * The administrator's `user unlock`: the account's codes, the delay on its name and those on passwords from the
   * given sources begin at nothing.
   */
  async unlock(username: string, account: string, sources: readonly string[]): Promise<void> {
    const keys: Record<string, string> = {
      name: `name/${username}`,
      code: factorKey(account, 'totp'),
      recovery: factorKey(account, 'recovery'),
    };
    for (const source of sources) keys[source] = `pair/${source}/${username}`;
    await this.#change(keys, (rows) => ({
      result: undefined,
      rows: Object.fromEntries(
        Object.entries(rows).map(([name, row]) => [name, { ...row, tally: EMPTY_TALLY }]),
      ),
    }));
  }

  /** What failed since the last login, for the administrator's `user show`. */
  async failuresOf(account: string): Promise<Failures> {
    const entry = await this.#rows.get(accountKey(account));
    return { passwords: entry?.value.passwords ?? 0, codes: entry?.value.codes ?? 0 };
  }

  /** Removes rows that nobody touched for a day, and counts the rest against the cap. To be called now and then. */
  async sweep(): Promise<{ removed: number; rows: number }> {
    const now = this.#now();
    let removed = 0;
    let rows = 0;
    for await (const entry of this.#rows.entries()) {
      const { touched, kept } = entry.value;
      if (kept || touched + this.#limits.rows.idle > now) {
        rows += 1;
      } else if (await committed(this.#store, [this.#rows.removing(entry)])) {
        removed += 1;
      }
    }
    this.#rowCount = rows;
    return { removed, rows };
  }

  async #reservePassword(attempt: Attempt): Promise<Permit> {
    const keys = passwordKeys(attempt);
    const { wait, at } = await this.#change<keyof typeof keys, { wait: number; at?: number }>(
      keys,
      (rows, now) => {
        const account = { ...rows.account, kept: rows.account.kept || attempt.known };
        const wait = this.#passwordWait(attempt, rows, now);
        if (wait > 0)
          return { result: { wait }, rows: { account: { ...account, passwords: account.passwords + 1 } } };
        return {
          result: { wait: 0, at: now },
          rows: {
            account,
            pair: { ...rows.pair, tally: reserved(rows.pair.tally, now) },
            ...(attempt.familiar
              ? {}
              : {
                  source: { ...rows.source, tally: reserved(this.#sourceTally(rows.source, now), now) },
                  name: { ...rows.name, tally: reserved(inWindow(rows.name.tally, DAY, now), now) },
                }),
          },
        };
      },
    );
    if (at === undefined) return { kind: 'wait', seconds: wait };
    return { kind: 'go', settle: (right) => this.#settlePassword(attempt, at, right) };
  }

  async #settlePassword(attempt: Attempt, at: number, right: boolean): Promise<void> {
    await this.#change(passwordKeys(attempt), (rows, now) => {
      const settle = (row: Row): Row => ({ ...row, tally: settled(row.tally, at, right, now) });
      const failed = right ? 0 : 1;
      return {
        result: undefined,
        rows: {
          pair: settle(rows.pair),
          account: { ...rows.account, passwords: rows.account.passwords + failed },
          ...(attempt.familiar ? {} : { source: settle(rows.source), name: settle(rows.name) }),
        },
      };
    });
  }

  async #reserveFactor(account: string, kind: FactorKind): Promise<Permit> {
    const keys = { factor: factorKey(account, kind), account: accountKey(account) };
    type Reserved = { answer: CodeVerdict; at: number };
    const { answer, at } = await this.#change<keyof typeof keys, Reserved>(keys, (rows, now) => {
      const answer = codeVerdict(rows.factor.tally, this.#limits.code, now);
      if (answer.kind !== 'go') {
        const counted = { ...rows.account, kept: true, codes: rows.account.codes + 1 };
        return { result: { answer, at: now }, rows: { account: counted } };
      }
      const factor = { ...rows.factor, kept: true, tally: reserved(rows.factor.tally, now) };
      return { result: { answer, at: now }, rows: { factor } };
    });
    if (answer.kind !== 'go') return answer;
    return {
      kind: 'go',
      settle: (right) =>
        this.#change(keys, (rows, now) => ({
          result: undefined,
          rows: {
            factor: { ...rows.factor, tally: settled(rows.factor.tally, at, right, now) },
            ...(right ? {} : { account: { ...rows.account, kept: true, codes: rows.account.codes + 1 } }),
          },
        })),
    };
  }

  #passwordWait(attempt: Attempt, rows: Rows<'pair' | 'source' | 'name'>, now: number): number {
    const { password, source, name } = this.#limits;
    const pair = passwordWait(rows.pair.tally, password, now);
    if (attempt.familiar) return pair;
    return Math.max(
      pair,
      sourceWait(this.#sourceTally(rows.source, now), source, now),
      nameWait(inWindow(rows.name.tally, DAY, now), name, now),
    );
  }

  /** A source's failures count within its window, which a pause prolongs. */
  #sourceTally(row: Row, now: number): Tally {
    const { failures, window, pause } = this.#limits.source;
    return inWindow(row.tally, row.tally.failures < failures ? window : pause, now);
  }

  /**
   * Reads the rows, applies `change` and commits what it gives, all or nothing; again from the start when another
   * process was faster. A row that is given back unchanged is not written.
   */
  async #change<K extends string, T>(
    keys: Record<K, string>,
    change: (rows: Rows<K>, now: number) => { result: T; rows: Partial<Rows<K>> },
  ): Promise<T> {
    const names = Object.keys(keys) as K[];
    const ids = names.map((name) => keys[name]);
    return this.#queue.runAll(ids, async () => {
      for (let attempt = 0; attempt < ATTEMPTS_TO_COMMIT; attempt++) {
        const now = this.#now();
        const entries = await Promise.all(ids.map((id) => this.#find(id)));
        const patience = this.#limits.rows.reservation;
        const before = Object.fromEntries(
          names.map((name, i) => {
            const row = entries[i]?.entry?.value ?? EMPTY_ROW;
            return [name, { ...row, tally: withLapsed(row.tally, patience, now) }];
          }),
        ) as Rows<K>;
        const { result, rows } = change(before, now);
        const writes: Write[] = [];
        names.forEach((name, i) => {
          const row: Row | undefined = rows[name];
          const found = entries[i];
          if (row === undefined || found === undefined) return;
          const value = { ...row, touched: now };
          writes.push(
            found.entry ? this.#rows.replacing(found.entry, value) : this.#rows.inserting(found.id, value),
          );
          if (!found.entry) this.#rowCount += 1;
        });
        if (writes.length === 0 || (await committed(this.#store, writes))) return result;
      }
      throw new StoreError('conflict', 'the ledger of attempts is too busy');
    });
  }

  /** A row, or where to put a new one: when the ledger is full, newcomers of one kind share a row. */
  async #find(id: string) {
    const entry = await this.#rows.get(id);
    if (entry || this.#rowCount < this.#limits.rows.most) return { id, entry };
    const shared = `${id.slice(0, id.indexOf('/') + 1)}${OVERFLOW}`;
    return { id: shared, entry: await this.#rows.get(shared) };
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

function passwordKeys({ source, username, account }: Attempt) {
  return {
    pair: `pair/${source}/${username}`,
    source: `source/${source}`,
    name: `name/${username}`,
    account: accountKey(account),
  };
}

function accountKey(account: string): string {
  return `account/${account}`;
}

function factorKey(account: string, kind: FactorKind): string {
  return `${kind}/${account}`;
}

function windowed(row: Row, length: number, now: number): Row {
  return row.since + length <= now ? { ...row, since: now, count: 0 } : row;
}

/** Judges under a permit and settles it; a judge that throws leaves the reservation, which lapses into a failure. */
async function settledBy<T extends { right: boolean }>(
  permit: Extract<Permit, { kind: 'go' }>,
  judge: () => T | Promise<T>,
): Promise<T> {
  const outcome = await judge();
  await permit.settle(outcome.right);
  return outcome;
}

async function committed(store: Store, writes: readonly Write[]): Promise<boolean> {
  try {
    await store.commit(writes, { durable: false });
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'conflict') return false;
    throw error;
  }
}
