/**
 * The ledger of attempts: one set of rows in the store, shared by all processes, which says who may guess when.
 *
 * 1. When a proof or a code has arrived, the attempt is *reserved* in every row it counts against. Where attempts under
 *    judgement take the room, it waits up to two seconds for them.
 * 2. It is settled before it is answered: wrong makes it a failure, right takes it back. No reservation is open while the
 *    server waits for a client.
 * 3. One that is never settled (a crash) becomes a failure after a minute.
 *
 * A ledger that cannot be written throws, and then there is no login.
 */
import type { Store, Unreadable, Write } from '@countersign/secure-store';
import type { LimitName, Limits } from './limits.ts';
import { allReported, isFromOwnDevice, type Unfinished, unfinishedOf, withProof } from './proofs.ts';
import { accountId, factorId, nameId, passwordIds, subjectOf } from './row-ids.ts';
import { LedgerRows, type Row, type Rows } from './rows.ts';
import { networkOf } from './source.ts';
import {
  codeRule,
  DAY,
  EMPTY_TALLY,
  inWindow,
  nameRule,
  passwordRule,
  reserved,
  settled,
  sourceRule,
  type Tally,
  type Verdict,
  verdictOf,
} from './tally.ts';
import { type Pause, WaitingLine } from './waiting-line.ts';
import { Waits, waitOf } from './waits.ts';

/** Who tries what: `account` is the uid, real or simulated, and `known` says which. */
export interface Attempt {
  readonly source: string;
  readonly username: string;
  readonly account: string;
  readonly known: boolean;
  /** The source logged in to this account within the last 90 days. */
  readonly familiar: boolean;
}

export type FactorKind = 'totp' | 'recovery';

/** Why an attempt is not judged now, and in how many seconds it would be; `Infinity` when it is locked. */
export interface Hold {
  readonly seconds: number;
  readonly limit: LimitName;
}

/** What failed on an account since its owner was last told of it. */
export interface Failures {
  readonly passwords: number;
  readonly codes: number;
  readonly unfinished?: Unfinished;
}

/** What a code was found to be. A `repeated` one was right before: it counts as a failure, and not as a reason for an alarm. */
interface JudgedFactor {
  readonly right: boolean;
  readonly repeated?: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const ROWS_A_COMMIT = 64;
/** The row that counts the accounts registered without an invitation. */
const REGISTERED = 'registered';

/** What comes of asking for a reservation; `full` is the row in which attempts under judgement take the room. */
type Reservation = { readonly at: number } | { readonly hold: Hold };
type Held = { readonly hold: Hold; readonly full: string | undefined };

export class Ledger {
  readonly #rows: LedgerRows;
  readonly #limits: Limits;
  readonly #line: WaitingLine;

  /** `clock` gives unix milliseconds; `pause` is for tests. */
  constructor(options: { store: Store; limits: Limits; clock: () => number; pause?: Pause }) {
    const { store, limits, clock, pause } = options;
    this.#rows = new LedgerRows({ store, limits: limits.rows, clock });
    this.#limits = limits;
    this.#line = new WaitingLine(pause);
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

  /** What this attempt would have to wait for now, if anything, because of what has failed. Reserves nothing. */
  async passwordDelay(attempt: Attempt): Promise<Hold | undefined> {
    return this.#rows.change(
      passwordIds(attempt),
      (rows, now) => {
        const held = this.#passwordHold(attempt, rows, now);
        return { result: held?.full === undefined ? held?.hold : undefined, rows: {} };
      },
      { network: networkOf(attempt.source) },
    );
  }

  /**
   * Reserves, judges and settles one password attempt. `proof` is the number under which a right one is counted as
   * unfinished, until `succeeded` takes that back.
   */
  async judgePassword<T extends { right: boolean }>(
    attempt: Attempt,
    judge: () => T | Promise<T>,
  ): Promise<{ kind: 'judged'; outcome: T; proof: number | undefined } | { kind: 'wait'; hold: Hold }> {
    const reservation = await this.#line.enter((last) => this.#reservePassword(attempt, last));
    if ('hold' in reservation) return { kind: 'wait', hold: reservation.hold };
    const outcome = await judge();
    const proof = await this.#settlePassword(attempt, reservation.at, outcome.right);
    return { kind: 'judged', outcome, proof };
  }

  /**
   * The same for a second factor, which is counted by account, reachable only behind a right password. `locked` tells
   * that this was the wrong code after which no more are taken. A right code takes back what the same person `mistyped` before,
   * as far as it is to be reported.
   */
  async judgeFactor<T extends JudgedFactor>(
    account: string,
    kind: FactorKind,
    judge: () => T | Promise<T>,
    mistyped = 0,
  ): Promise<{ kind: 'judged'; outcome: T; locked: boolean } | { kind: 'wait'; hold: Hold }> {
    const reservation = await this.#line.enter((last) => this.#reserveFactor(account, kind, last));
    if ('hold' in reservation) return { kind: 'wait', hold: reservation.hold };
    const outcome = await judge();
    const locked = await this.#settleFactor(account, kind, { at: reservation.at, mistyped, ...outcome });
    return { kind: 'judged', outcome, locked };
  }

  /** Whether the account's codes are locked: then only a recovery code or the administrator helps. */
  async isLocked(account: string): Promise<boolean> {
    return this.#rows.change({ code: factorId(account, 'totp') }, (rows, now) => ({
      result: verdictOf(rows.code.tally, codeRule(this.#limits.code), now).kind === 'locked',
      rows: {},
    }));
  }

  /**
   * After a complete login: forgets what failed on this account from this source, and returns what had failed. `proof` is
   * the login's own, from `judgePassword`.
   */
  async succeeded(attempt: Attempt, proof?: number): Promise<Failures> {
    const ids = {
      ...passwordIds(attempt),
      code: factorId(attempt.account, 'totp'),
      recovery: factorId(attempt.account, 'recovery'),
    };
    return this.#rows.change(
      ids,
      (rows, now, isShared) => {
        const { passwords, codes, proofs } = rows.account;
        const unfinished = unfinishedOf(proofs, proof);
        const account = { ...rows.account, passwords: 0, codes: 0, proofs: allReported(proofs) };
        // What others failed at is not forgotten, nor paid back.
        const own = isShared('pair')
          ? {}
          : { pair: cleared(rows.pair), ...(attempt.familiar ? {} : { source: this.#givenBack(rows, now) }) };
        return {
          result: { passwords, codes, ...(unfinished ? { unfinished } : {}) },
          rows: { account, code: cleared(rows.code), recovery: cleared(rows.recovery), ...own },
        };
      },
      { network: networkOf(attempt.source) },
    );
  }

  /**
   * The administrator's `user unlock`: the account's codes, the delay on its name and those on its password from every
   * source begin at nothing. Reads every row of the ledger.
   */
  async unlock(username: string, account: string): Promise<void> {
    const ids = [nameId(username), factorId(account, 'totp'), factorId(account, 'recovery')];
    for await (const { id } of this.#rows.all()) {
      const subject = subjectOf(id);
      if (subject?.kind === 'password' && subject.username === username && subject.source !== undefined)
        ids.push(id);
    }
    for (let i = 0; i < ids.length; i += ROWS_A_COMMIT) {
      const some = Object.fromEntries(ids.slice(i, i + ROWS_A_COMMIT).map((id) => [id, id]));
      await this.#rows.change(some, (rows) => ({
        result: undefined,
        rows: Object.fromEntries(
          Object.entries(rows).map(([id, row]) => [id, { ...row, tally: EMPTY_TALLY }]),
        ),
      }));
    }
  }

  /**
   * Whoever has to wait now, at which account. Reads every row of the ledger; `onUnreadable` hears of those that cannot
   * be read.
   */
  async waits(onUnreadable?: (unreadable: Unreadable) => void): Promise<Waits> {
    const waits = new Waits();
    for await (const { id, tally, now } of this.#rows.all(onUnreadable)) {
      const subject = subjectOf(id);
      const wait = subject && waitOf(subject, tally, this.#limits, now);
      if (wait) waits.add(subject, wait);
    }
    return waits;
  }

  /**
   * After the end of an account: its own rows would stay for ever. Those of its name stay as long as any name's. Never
   * fails: the account is gone, and rows that are left count for nobody.
   */
  async forget(account: string): Promise<void> {
    const ids = [accountId(account), factorId(account, 'totp'), factorId(account, 'recovery')];
    await this.#rows.remove(ids).catch(() => {});
  }

  /** What failed since the last login, for the administrator's `user show`. */
  async failuresOf(account: string): Promise<Failures> {
    const row = await this.#rows.get(accountId(account));
    const unfinished = unfinishedOf(row?.proofs);
    return {
      passwords: row?.passwords ?? 0,
      codes: row?.codes ?? 0,
      ...(unfinished ? { unfinished } : {}),
    };
  }

  /** Forgets rows that nobody touched for a day. To be called at the start and now and then. */
  sweep(signal?: AbortSignal): Promise<{ removed: number; rows: number }> {
    return this.#rows.sweep(signal);
  }

  async #reservePassword(attempt: Attempt, last: boolean): Promise<Reservation | { full: string }> {
    return this.#rows.change<'pair' | 'source' | 'name' | 'account', Reservation | { full: string }>(
      passwordIds(attempt),
      (rows, now) => {
        const held = this.#passwordHold(attempt, rows, now);
        if (held?.full !== undefined && !last) return { result: { full: held.full }, rows: {} };
        if (held)
          return { result: { hold: held.hold }, rows: { account: withFailure(rows.account, 'passwords') } };
        const reserve = (row: Row, tally = row.tally): Row => ({ ...row, tally: reserved(tally, now) });
        const shared = {
          source: reserve(rows.source, this.#sourceTally(rows.source, now)),
          name: reserve(rows.name, inWindow(rows.name.tally, DAY, now)),
        };
        return {
          result: { at: now },
          rows: { pair: reserve(rows.pair), ...(attempt.familiar ? {} : shared) },
        };
      },
      { network: networkOf(attempt.source) },
    );
  }

  async #settlePassword(attempt: Attempt, at: number, right: boolean): Promise<number | undefined> {
    const ids = passwordIds(attempt);
    const proof = await this.#rows.change<keyof typeof ids, number | undefined>(
      ids,
      (rows, now) => {
        const settle = (row: Row): Row => ({ ...row, tally: settled(row.tally, at, right, now) });
        const proofs =
          right && attempt.known && !isFromOwnDevice(attempt)
            ? withProof(rows.account.proofs, attempt.source, now)
            : undefined;
        return {
          result: proofs?.made,
          rows: {
            pair: settle(rows.pair),
            ...(right ? {} : { account: withFailure(rows.account, 'passwords') }),
            ...(proofs ? { account: { ...rows.account, proofs } } : {}),
            ...(attempt.familiar ? {} : { source: settle(rows.source), name: settle(rows.name) }),
          },
        };
      },
      { network: networkOf(attempt.source) },
    );
    this.#line.free([ids.pair, ids.source, ids.name]);
    return proof;
  }

  async #reserveFactor(
    account: string,
    kind: FactorKind,
    last: boolean,
  ): Promise<Reservation | { full: string }> {
    const ids = { factor: factorId(account, kind), account: accountId(account) };
    return this.#rows.change<keyof typeof ids, Reservation | { full: string }>(ids, (rows, now) => {
      const verdict = verdictOf(rows.factor.tally, codeRule(this.#limits.code), now);
      const limit = verdict.kind === 'locked' ? 'code.lockAfter' : 'code.perStep';
      const held = holdOf(verdict, limit, ids.factor);
      if (held?.full !== undefined && !last) return { result: { full: held.full }, rows: {} };
      if (held) return { result: { hold: held.hold }, rows: { account: withFailure(rows.account, 'codes') } };
      const factor = { ...rows.factor, tally: reserved(rows.factor.tally, now) };
      return { result: { at: now }, rows: { factor } };
    });
  }

  /** Whether the account's factor is locked now. */
  async #settleFactor(
    account: string,
    kind: FactorKind,
    { at, mistyped, right, repeated = false }: JudgedFactor & { at: number; mistyped: number },
  ): Promise<boolean> {
    const ids = { factor: factorId(account, kind), account: accountId(account) };
    const locked = await this.#rows.change(ids, (rows, now) => {
      const factor = { ...rows.factor, tally: settled(rows.factor.tally, at, right, now) };
      const { codes } = rows.account;
      const account =
        mistyped === 0 ? rows.account : { ...rows.account, codes: Math.max(0, codes - mistyped) };
      if (right) return { result: false, rows: { factor, account } };
      const result = verdictOf(factor.tally, codeRule(this.#limits.code), now).kind === 'locked';
      return {
        result,
        rows: { factor, ...(repeated ? {} : { account: withFailure(rows.account, 'codes') }) },
      };
    });
    this.#line.free([ids.factor]);
    return locked;
  }

  /** The longest of the waits that hold it; one of attempts under judgement when nothing else does. */
  #passwordHold(attempt: Attempt, rows: Rows<'pair' | 'source' | 'name'>, now: number): Held | undefined {
    const { password, source, name } = this.#limits;
    const ids = passwordIds(attempt);
    const pair = verdictOf(rows.pair.tally, passwordRule(password), now);
    const held = [holdOf(pair, 'password.freeFailures', ids.pair)];
    if (!attempt.familiar) {
      const bySource = this.#sourceTally(rows.source, now);
      const byName = inWindow(rows.name.tally, DAY, now);
      const crowded = bySource.reserved.length >= source.inFlight;
      held.push(
        holdOf({ kind: crowded ? 'full' : 'go' }, 'source.inFlight', ids.source),
        holdOf(verdictOf(bySource, sourceRule(source), now), 'source.failures', ids.source),
        holdOf(verdictOf(byName, nameRule(name), now), 'name.failures', ids.name),
      );
    }
    return held.reduce((most, each) => (most && weight(most) >= weight(each) ? most : each));
  }

  /** A source's failures are forgotten after its window without one, or after the pause they have brought about. */
  #sourceTally(row: Row, now: number): Tally {
    const { failures, window, pause } = this.#limits.source;
    return inWindow(row.tally, row.tally.failures < failures ? window : pause, now);
  }

  /**
   * The source's row without what its user mistyped just now. Never more than what is free at one account: the
   * failures of the pair may be older than the source's window, and no right password buys guesses at other accounts.
   */
  #givenBack(rows: Rows<'pair' | 'source'>, now: number): Row {
    const { password, source } = this.#limits;
    const mistyped = inWindow(rows.pair.tally, source.window, now).failures;
    const given = Math.min(mistyped, password.freeFailures, rows.source.tally.failures);
    if (given === 0) return rows.source;
    const { tally } = rows.source;
    return { ...rows.source, tally: { ...tally, failures: tally.failures - given } };
  }
}

/** What holds an attempt at that row, if its verdict does. */
function holdOf(verdict: Verdict, limit: LimitName, row: string): Held | undefined {
  switch (verdict.kind) {
    case 'go':
      return undefined;
    case 'full':
      return { hold: { seconds: 1, limit }, full: row };
    case 'wait':
      return { hold: { seconds: verdict.seconds, limit }, full: undefined };
    case 'locked':
      return { hold: { seconds: Number.POSITIVE_INFINITY, limit }, full: undefined };
  }
}

/** A pause weighs more than what is only under judgement. */
function weight(held: Held | undefined): number {
  if (!held) return 0;
  return held.full === undefined ? held.hold.seconds : 0.5;
}

function withFailure(account: Row, of: 'passwords' | 'codes'): Row {
  return { ...account, [of]: account[of] + 1 };
}

/** Without failures; what is under judgement stays. */
function cleared(row: Row): Row {
  return row.tally.failures === 0 ? row : { ...row, tally: { ...row.tally, failures: 0 } };
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
