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
import type { Store, Unreadable } from '@countersign/secure-store';
import type { Attempt, FactorKind, Hold } from './attempt.ts';
import { type Budget, changed, factorBudget, heldBy, idsOf, passwordBudgets, talliesOf } from './budgets.ts';
import type { Limits } from './limits.ts';
import { allReported, isFromOwnDevice, type Unfinished, unfinishedOf, withProof } from './proofs.ts';
import { Quotas } from './quotas.ts';
import { accountId, deviceId, factorId, failuresId, nameId, pairId, sourceId, subjectOf } from './row-ids.ts';
import { EMPTY_ROW, LedgerRows, type Row, type Rows } from './rows.ts';
import { networkOf } from './source.ts';
import {
  codeRule,
  deviceRule,
  EMPTY_TALLY,
  inWindow,
  reserved,
  settled,
  type Tally,
  verdictOf,
} from './tally.ts';
import { type Pause, WaitingLine } from './waiting-line.ts';
import { Waits, waitOf } from './waits.ts';

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

const ROWS_A_COMMIT = 64;

type Reservation = { readonly at: number } | { readonly hold: Hold };

/** What an attempt counts in. */
interface Judgement<T> {
  readonly budgets: readonly Budget[];
  /** The row that remembers what is to be reported to the owner of the account. */
  readonly memory: string;
  /** That row after an attempt that was not judged, and after one that was. */
  readonly refused: (row: Row) => Row;
  readonly judged: (row: Row, outcome: T, now: number) => Row;
  /** Where the rows come from that strangers make. */
  readonly from?: { readonly network: string; readonly evenly: true };
}

export class Ledger {
  readonly quotas: Quotas;
  readonly #rows: LedgerRows;
  readonly #limits: Limits;
  readonly #line: WaitingLine;

  /** `clock` gives unix milliseconds; `pause` is for tests. */
  constructor(options: { store: Store; limits: Limits; clock: () => number; pause?: Pause }) {
    const { store, limits, clock, pause } = options;
    this.#rows = new LedgerRows({ store, limits: limits.rows, clock });
    this.#limits = limits;
    this.quotas = new Quotas(this.#rows, limits);
    this.#line = new WaitingLine(pause);
  }

  /** What this attempt would have to wait for now, if anything, because of what has failed. Reserves nothing. */
  async passwordDelay(attempt: Attempt): Promise<Hold | undefined> {
    const { budgets, from } = this.#passwordJudgement(attempt);
    return this.#rows.change<string, Hold | undefined>(
      idsOf(budgets),
      (rows, now) => {
        const held = heldBy(budgets, talliesOf(rows), now);
        return { result: held?.full === undefined ? held?.hold : undefined, rows: {} };
      },
      from,
    );
  }

  /**
   * Whether a device that the account knows is trusted: not after too many wrong passwords in a row, until its row is
   * forgotten.
   */
  async trusts(account: string, device: string): Promise<boolean> {
    const id = deviceId(account, device);
    return this.#rows.change({ id }, (rows, now) => ({
      result: verdictOf(rows.id.tally, deviceRule(this.#limits.password), now).kind !== 'locked',
      rows: {},
    }));
  }

  /**
   * Reserves, judges and settles one password attempt. One from a device that has lost its trust since the login began is
   * a stranger's. `proof` is the number under which a right one is counted as unfinished, until `succeeded` takes that back.
   */
  async judgePassword<T extends { right: boolean }>(
    attempt: Attempt,
    judge: () => T | Promise<T>,
  ): Promise<{ kind: 'judged'; outcome: T; proof: number | undefined } | { kind: 'wait'; hold: Hold }> {
    const judged = await this.#judge(this.#passwordJudgement(attempt), judge);
    if (judged.kind === 'judged') {
      const isCounted = judged.outcome.right && attempt.known && !isFromOwnDevice(attempt);
      return { ...judged, proof: isCounted ? judged.memory.proofs?.made : undefined };
    }
    const isDistrusted = attempt.device !== undefined && judged.hold.seconds === Number.POSITIVE_INFINITY;
    return isDistrusted ? this.judgePassword({ ...attempt, device: undefined }, judge) : judged;
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
    const judgement: Judgement<JudgedFactor> = {
      budgets: [factorBudget(account, kind, this.#limits)],
      memory: accountId(account),
      refused: (row) => ({ ...row, codes: row.codes + 1 }),
      judged: (row, { right, repeated = false }) => {
        if (right) return mistyped === 0 ? row : { ...row, codes: Math.max(0, row.codes - mistyped) };
        return repeated ? row : { ...row, codes: row.codes + 1 };
      },
    };
    return this.#judge(judgement, judge);
  }

  /**
   * Seconds until a code of the account is judged, 0 when it is now, and infinite when codes are locked: then only a
   * recovery code or the administrator helps.
   */
  async codeDelay(account: string): Promise<number> {
    return this.#rows.change({ code: factorId(account, 'totp') }, (rows, now) => {
      const verdict = verdictOf(rows.code.tally, codeRule(this.#limits.code), now);
      const seconds = { locked: Number.POSITIVE_INFINITY, full: 0, go: 0 };
      return { result: verdict.kind === 'wait' ? verdict.seconds : seconds[verdict.kind], rows: {} };
    });
  }

  /**
   * After a complete login: forgets what failed on this account from this device, or else from this source, and returns
   * what had failed. `proof` is the login's own, from `judgePassword`.
   */
  async succeeded(attempt: Attempt, proof?: number): Promise<Failures> {
    const { source, username, account: uid, device } = attempt;
    const own = device === undefined ? pairId(source, username) : deviceId(uid, device);
    const ids = {
      own,
      // A device has taken nothing from its source, and pays nothing back.
      source: device === undefined ? sourceId(source) : own,
      account: accountId(uid),
      code: factorId(uid, 'totp'),
      recovery: factorId(uid, 'recovery'),
    };
    return this.#rows.change<keyof typeof ids, Failures>(
      ids,
      (rows, now, isShared) => {
        const { passwords, codes, proofs } = rows.account;
        const unfinished = unfinishedOf(proofs, proof);
        const account = { ...rows.account, passwords: 0, codes: 0, proofs: allReported(proofs) };
        const result = { passwords, codes, ...(unfinished ? { unfinished } : {}) };
        const cleaned = { account, code: cleared(rows.code), recovery: cleared(rows.recovery) };
        // What others failed at is not forgotten, nor paid back.
        if (isShared('own')) return { result, rows: cleaned };
        const paidBack = device === undefined ? { source: this.#paidBack(rows, now) } : {};
        return { result, rows: { ...cleaned, own: cleared(rows.own), ...paidBack } };
      },
      { network: networkOf(source) },
    );
  }

  /**
   * The administrator's `user unlock`: the account's codes, the delay on its name and those on its password from every
   * source and device begin at nothing. Reads every row of the ledger.
   */
  async unlock(username: string, account: string): Promise<void> {
    const ids = [nameId(username), factorId(account, 'totp'), factorId(account, 'recovery')];
    for await (const { id } of this.#rows.all()) {
      const subject = subjectOf(id);
      if (subject?.kind === 'password' && subject.username === username && subject.source !== undefined)
        ids.push(id);
      if (subject?.kind === 'device' && subject.account === account) ids.push(id);
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

  #passwordJudgement(attempt: Attempt): Judgement<{ right: boolean }> {
    const withFailure = (row: Row) => ({ ...row, passwords: row.passwords + 1 });
    const isCounted = attempt.known && !isFromOwnDevice(attempt);
    return {
      budgets: passwordBudgets(attempt, this.#limits),
      memory: failuresId(attempt),
      refused: withFailure,
      judged: (row, { right }, now) => {
        if (!right) return withFailure(row);
        return isCounted ? { ...row, proofs: withProof(row.proofs, attempt.source, now) } : row;
      },
      ...(attempt.device === undefined
        ? { from: { network: networkOf(attempt.source), evenly: true as const } }
        : {}),
    };
  }

  async #judge<T extends { right: boolean }>(
    judgement: Judgement<T>,
    judge: () => T | Promise<T>,
  ): Promise<{ kind: 'judged'; outcome: T; locked: boolean; memory: Row } | { kind: 'wait'; hold: Hold }> {
    const reservation = await this.#line.enter((last) => this.#reserve(judgement, last));
    if ('hold' in reservation) return { kind: 'wait', hold: reservation.hold };
    const outcome = await judge();
    return { kind: 'judged', outcome, ...(await this.#settle(judgement, reservation.at, outcome)) };
  }

  /** Returns the row in which attempts under judgement take the room, unless this was the `last` time to ask. */
  async #reserve<T>(
    { budgets, memory, refused, from }: Judgement<T>,
    last: boolean,
  ): Promise<Reservation | { full: string }> {
    return this.#rows.change<string, Reservation | { full: string }>(
      { ...idsOf(budgets), [memory]: memory },
      (rows, now) => {
        const held = heldBy(budgets, talliesOf(rows), now);
        if (held?.full !== undefined && !last) return { result: { full: held.full }, rows: {} };
        if (held) {
          const row = refused(rows[memory] ?? EMPTY_ROW);
          return { result: { hold: held.hold }, rows: { [memory]: row } };
        }
        const reserve = (tally: Tally, { current }: Budget) => reserved(current(tally, now), now);
        return { result: { at: now }, rows: changed(rows, budgets, reserve) };
      },
      from,
    );
  }

  /** Returns whether no more is taken after this, and the row that remembers. */
  async #settle<T extends { right: boolean }>(
    { budgets, memory, judged, from }: Judgement<T>,
    at: number,
    outcome: T,
  ): Promise<{ locked: boolean; memory: Row }> {
    const { right } = outcome;
    const result = await this.#rows.change(
      { ...idsOf(budgets), [memory]: memory },
      (rows, now) => {
        const after = changed(rows, budgets, (tally) => settled(tally, at, right, now));
        const held = right ? undefined : heldBy(budgets, talliesOf(after), now);
        const locked = held?.hold.seconds === Number.POSITIVE_INFINITY;
        const row = judged(rows[memory] ?? EMPTY_ROW, outcome, now);
        return { result: { locked, memory: row }, rows: { ...after, [memory]: row } };
      },
      from,
    );
    this.#line.free(budgets.map(({ id }) => id));
    return result;
  }

  /**
   * The source's row without what its user mistyped just now. Never more than what is free at one account: the
   * failures of the pair may be older than the source's window, and no right password buys guesses at other accounts.
   */
  #paidBack(rows: Rows<'own' | 'source'>, now: number): Row {
    const { password, source } = this.#limits;
    const mistyped = inWindow(rows.own.tally, source.window, now).failures;
    const { tally } = rows.source;
    const given = Math.min(mistyped, password.freeFailures, tally.failures);
    if (given === 0) return rows.source;
    return { ...rows.source, tally: { ...tally, failures: tally.failures - given } };
  }
}

/** Without failures; what is under judgement stays. */
function cleared(row: Row): Row {
  return row.tally.failures === 0 ? row : { ...row, tally: { ...row.tally, failures: 0 } };
}
