/**
 * The ledger of attempts: one set of rows in the store, shared by all processes, which says who can guess when.
 *
 * 1. When a proof or a code has arrived, the attempt is *reserved* in every row in which it counts. If attempts under
 *    judgement use up the limit, it waits up to two seconds for them.
 * 2. It is settled before it is answered: a wrong one becomes a failure, the reservation of a right one is removed. A
 *    right code is settled in the commit of what it pays for. No reservation is open while the server waits for a client.
 * 3. One that is never settled (a crash) becomes a failure after a minute.
 *
 * The ledger throws if it cannot be written, and then there is no login.
 */
import type { Store, Unreadable, Write } from '@countersign/secure-store';
import type { FactorKind } from '@countersign/wire-protocol';
import type { Attempt, Hold } from './attempt.ts';
import { factorBudget, heldBy, idsOf, passwordBudgets } from './budgets.ts';
import { type Judgement, Judging } from './judging.ts';
import type { KnownRows } from './known-rows.ts';
import type { Limits } from './limits.ts';
import { allReported, isFromOwnDevice, type Unfinished, unfinishedOf, withProof } from './proofs.ts';
import { Quotas, withChange } from './quotas.ts';
import { EMPTY_ROW, mapTallies, type Row, type Rows, tallies } from './row.ts';
import { accountId, codesId, deviceId, failuresId, nameId, pairId, sourceId, subjectsOf } from './row-ids.ts';
import { LedgerRows } from './rows.ts';
import { networkOf } from './source.ts';
import { deviceRule, EMPTY_TALLY, inWindow, verdictOf } from './tally.ts';
import type { Pause } from './waiting-line.ts';
import { Waits } from './waits.ts';

/** What failed on an account since it was last reported to its owner. */
export interface Failures {
  readonly passwords: number;
  readonly codes: number;
  readonly unfinished?: Unfinished | undefined;
}

/** What became of a password. */
interface JudgedPassword {
  readonly right: boolean;
  /** The mark in the account (`proofs.ts`). */
  readonly proofs?: number | undefined;
}

/** What became of a code. A `repeated` one was right before: it counts as a failure, but causes no alarm. */
interface JudgedCode {
  readonly right: boolean;
  readonly repeated?: boolean | undefined;
  /** It was right, but there was nothing to pay for. */
  readonly isUnused?: boolean | undefined;
}

/** Options of `judgeFactor`. */
interface CodeOptions {
  /** Codes that the same person mistyped before: a right one removes them from what is to be reported. */
  readonly mistyped?: number | undefined;
  /** What a right code pays for: a login removes all failures, a change counts among those of the hour. */
  readonly purpose?: (() => 'login' | 'change' | undefined) | undefined;
  readonly known?: KnownRows | undefined;
}

/**
 * Settles a right code in the commit of what it pays for.
 *
 * @returns `false` if the account has been changed too often in this hour; nothing is committed then
 */
export type Settle = (commit: (writes: readonly Write[]) => Promise<void>) => Promise<boolean>;

/** An attempt that has to wait, and was not judged. */
interface Waiting {
  readonly kind: 'wait';
  readonly hold: Hold;
}

const ROWS_A_COMMIT = 64;

/** The ledger of attempts of a store, as this process uses it. */
export class Ledger {
  readonly quotas: Quotas;
  readonly #rows: LedgerRows;
  readonly #limits: Limits;
  readonly #judging: Judging;
  readonly #marksOf: (username: string) => Promise<number>;

  /**
   * @param options `clock`: Unix milliseconds. `marksOf`: returns the mark of an account's proofs. `pause`: for tests
   */
  constructor(options: {
    store: Store;
    limits: Limits;
    clock: () => number;
    marksOf?: ((username: string) => Promise<number>) | undefined;
    pause?: Pause | undefined;
  }) {
    const { store, limits, clock, pause } = options;
    this.#marksOf = options.marksOf ?? (async () => 0);
    this.#rows = new LedgerRows({ store, limits: limits.rows, clock });
    this.#limits = limits;
    this.quotas = new Quotas(this.#rows, limits);
    this.#judging = new Judging(this.#rows, pause);
  }

  /** Returns the rows that a new connection knows: none yet. To be closed with it. */
  newKnownRows(): KnownRows {
    return this.#rows.newKnownRows();
  }

  /** Returns what this attempt would have to wait for now because of failures. Reserves nothing. */
  async passwordDelay(attempt: Attempt, known?: KnownRows): Promise<Hold | undefined> {
    const { budgets, from } = this.#passwordJudgement(attempt, known);
    return this.#rows.change<string, Hold | undefined>(
      idsOf(budgets),
      (rows, now) => {
        const held = heldBy(budgets, rows, now);
        return { result: held?.full === undefined ? held?.hold : undefined, rows: {} };
      },
      { ...from, known, memory: 'trusted' },
    );
  }

  /**
   * Returns whether a device that the account knows is trusted. It is not after too many wrong passwords in a row, until
   * its row is forgotten.
   */
  async trusts(account: string, device: string, known?: KnownRows): Promise<boolean> {
    const change = (rows: Rows<'id'>, now: number) => ({
      result: verdictOf(rows.id.tally, deviceRule(this.#limits.password), now).kind !== 'locked',
      rows: {},
    });
    return this.#rows.change({ id: deviceId(account, device) }, change, { known });
  }

  /**
   * Reserves, judges and settles a password attempt. A device that has lost its trust since the login began counts as a
   * stranger.
   *
   * @returns `proof`: the number under which a right password is counted as unfinished until `succeeded`. `isClean`:
   *   whether there are no other unfinished logins
   */
  async judgePassword<T extends JudgedPassword>(
    attempt: Attempt,
    judge: () => T | Promise<T>,
    known?: KnownRows,
  ): Promise<{ kind: 'judged'; outcome: T; proof: number | undefined; isClean: boolean } | Waiting> {
    const judgement = this.#passwordJudgement(attempt, known);
    const reservation = await this.#judging.reserve(judgement);
    if ('hold' in reservation) {
      const isDistrusted =
        attempt.device !== undefined && reservation.hold.seconds === Number.POSITIVE_INFINITY;
      if (isDistrusted) return this.judgePassword({ ...attempt, device: undefined }, judge, known);
      return { kind: 'wait', hold: reservation.hold };
    }
    const outcome = await judge();
    const { right, proofs: mark } = outcome;
    const isCounted = right && attempt.known && !isFromOwnDevice(attempt);
    const { memory } = await this.#judging.settle(judgement, reservation.at, right, (row, now) => {
      if (!right) return judgement.refused(row);
      if (!isCounted) return row;
      const { username, source } = attempt;
      return { ...row, username, proofs: withProof(row.proofs, source, now, mark) };
    });
    const proof = isCounted ? memory.proofs?.made : undefined;
    return { kind: 'judged', outcome, proof, isClean: !unfinishedOf(memory.proofs, proof, mark) };
  }

  /**
   * Reserves, judges and settles a code of a second factor. Codes are counted by account, and only a client that proved
   * the password can submit them. `judge` can settle a right code in the commit of what it pays for; otherwise it is
   * settled afterwards.
   *
   * @returns `locked`: this was the wrong code after which no more are accepted. `failed`: the codes to be reported, if
   *   the purpose is a login. `hold`: the code was right, but the account has been changed too often in this hour
   */
  async judgeFactor<T extends JudgedCode>(
    account: string,
    kind: FactorKind,
    judge: (settle: Settle) => T | Promise<T>,
    { mistyped = 0, purpose, known }: CodeOptions = {},
  ): Promise<
    { kind: 'judged'; outcome: T; locked: boolean; failed: number; hold?: Hold | undefined } | Waiting
  > {
    const refused = (row: Row) => ({ ...row, codes: row.codes + 1 });
    const budgets = [factorBudget(account, kind, this.#limits)];
    const judgement: Judgement = { budgets, memory: codesId(account), refused, known };
    const reservation = await this.#judging.reserve(judgement);
    if ('hold' in reservation) return { kind: 'wait', hold: reservation.hold };
    const { at } = reservation;
    let failed = 0;
    let hold: Hold | undefined;
    const accepted = (before: Row): Row => {
      const row = { ...before, codes: Math.max(0, before.codes - mistyped) };
      failed = row.codes;
      return purpose?.() === 'login' ? cleared({ ...row, codes: 0 }) : row;
    };
    const counted = (before: Row, now: number): Row | undefined => {
      const row = accepted(before);
      const change = purpose?.() === 'change' ? withChange(row, this.#limits, now) : row;
      hold = 'limit' in change ? change : undefined;
      return 'limit' in change ? undefined : change;
    };
    let isSettled = false;
    const outcome = await judge(async (commit) => {
      await this.#judging.settle(judgement, at, true, counted, commit);
      isSettled = hold === undefined;
      return isSettled;
    });
    if (isSettled) return { kind: 'judged', outcome, locked: false, failed };
    const { right, repeated = false, isUnused = false } = outcome;
    const isHeld = hold !== undefined;
    const remember = (row: Row, now: number) => {
      if (!right) return repeated ? row : refused(row);
      return (isHeld || isUnused ? undefined : counted(row, now)) ?? accepted(row);
    };
    const { locked } = await this.#judging.settle(judgement, at, right, remember);
    return { kind: 'judged', outcome, locked, failed, hold };
  }

  /**
   * Returns the seconds until a code of the account is judged: 0 if it is now, and infinite if codes are locked, when
   * only a recovery code or the administrator helps.
   */
  async codeDelay(account: string, known?: KnownRows): Promise<number> {
    const [budget] = [factorBudget(account, 'totp', this.#limits)];
    const change = (rows: Rows<string>, now: number) => {
      const held = heldBy([budget], rows, now);
      return { result: held?.full === undefined ? (held?.hold.seconds ?? 0) : 0, rows: {} };
    };
    return this.#rows.change(idsOf([budget]), change, { known, memory: 'ignored' });
  }

  /**
   * After a complete login: forgets what failed on this account from this device, or else from this source, and returns
   * what had failed. Commits nothing if there is nothing to forget.
   *
   * @param options `proof`: the login's own, from `judgePassword`. `mark`: the account's, as committed
   */
  async succeeded(
    attempt: Attempt,
    {
      proof,
      mark,
      known,
    }: { proof?: number | undefined; mark?: number | undefined; known?: KnownRows | undefined } = {},
  ): Promise<Failures> {
    const { source, username, account: uid, device } = attempt;
    const own = device === undefined ? pairId(source, username) : deviceId(uid, device);
    const ids = {
      own,
      source: device === undefined ? sourceId(source) : own,
      account: accountId(uid),
      codes: codesId(uid),
    };
    known?.forget([ids.account]);
    return this.#rows.change<keyof typeof ids, Failures>(
      ids,
      (rows, now, isShared) => {
        const { passwords, proofs } = rows.account;
        const { codes } = rows.codes;
        const unfinished = unfinishedOf(proofs, proof, mark);
        const isReported = passwords === 0 && !unfinished;
        const account = isReported
          ? rows.account
          : { ...rows.account, passwords: 0, proofs: allReported(proofs) };
        const result = { passwords, codes, unfinished };
        const cleaned = { account, codes: cleared(codes === 0 ? rows.codes : { ...rows.codes, codes: 0 }) };
        // What others failed at is not forgotten, nor paid back.
        if (isShared('own')) return { result, rows: cleaned };
        const paidBack = device === undefined ? { source: this.#paidBack(rows, now) } : {};
        return { result, rows: { ...cleaned, own: cleared(rows.own), ...paidBack } };
      },
      { network: networkOf(source), known, memory: 'trusted' },
    );
  }

  /**
   * For the administrator's `user unlock`: removes the failures of the account's codes, of its name, and of its password
   * from every source and device. Reads every row of the ledger.
   */
  async unlock(username: string, account: string): Promise<void> {
    const ids = [nameId(username), codesId(account)];
    for await (const { id } of this.#rows.all()) {
      const [subject] = subjectsOf(id);
      if (subject?.kind === 'password' && subject.username === username && subject.source !== undefined)
        ids.push(id);
      if (subject?.kind === 'device' && subject.account === account) ids.push(id);
    }
    for (let i = 0; i < ids.length; i += ROWS_A_COMMIT) {
      const some = Object.fromEntries(ids.slice(i, i + ROWS_A_COMMIT).map((id) => [id, id]));
      await this.#rows.change(some, (rows) => ({
        result: undefined,
        rows: Object.fromEntries(
          Object.entries(rows).map(([id, row]) => [id, { ...row, tally: EMPTY_TALLY, factors: undefined }]),
        ),
      }));
    }
  }

  /** Returns who has to wait now, at which account. Reads every row of the ledger. */
  async waits(onUnreadable?: (unreadable: Unreadable) => void): Promise<Waits> {
    const waits = new Waits();
    for await (const { id, row, now } of this.#rows.all(onUnreadable)) waits.add(id, row, this.#limits, now);
    return waits;
  }

  /**
   * After the end of an account: its own rows would stay forever. Those of its name stay as long as any name's. Never
   * fails: the account is gone, and rows that are left do no harm.
   */
  async forget(account: string): Promise<void> {
    const removed = { result: undefined, rows: { row: EMPTY_ROW } };
    for (const row of [accountId(account), codesId(account)])
      await this.#rows.change({ row }, () => removed).catch(() => {});
  }

  /** Updates the row of a renamed account, which a sweep finds by its name. Never fails, like `forget`. */
  async rename(account: string, username: string): Promise<void> {
    const renamed = ({ row }: Rows<'row'>) => ({
      result: undefined,
      rows: row.username === undefined ? {} : { row: { ...row, username } },
    });
    await this.#rows.change({ row: accountId(account) }, renamed).catch(() => {});
  }

  /** Returns what failed since the last login. `mark` is the account's. */
  async failuresOf(account: string, mark?: number): Promise<Failures> {
    const [row, codes] = [await this.#rows.get(accountId(account)), await this.#rows.get(codesId(account))];
    return {
      passwords: row?.passwords ?? 0,
      codes: codes?.codes ?? 0,
      unfinished: unfinishedOf(row?.proofs, undefined, mark),
    };
  }

  /** Forgets rows that were not touched for a day. To be called at the start and now and then. */
  sweep(signal?: AbortSignal): Promise<{ removed: number; rows: number }> {
    const isReported = async ({ username, proofs }: Row) =>
      username !== undefined && !unfinishedOf(proofs, undefined, await this.#marksOf(username));
    return this.#rows.sweep(isReported, signal);
  }

  #passwordJudgement(attempt: Attempt, known: KnownRows | undefined): Judgement {
    return {
      budgets: passwordBudgets(attempt, this.#limits),
      memory: failuresId(attempt),
      refused: (row) => ({ ...row, passwords: row.passwords + 1 }),
      from: attempt.device === undefined ? { network: networkOf(attempt.source), evenly: true } : undefined,
      known,
    };
  }

  /**
   * Returns the row of the source without what its user mistyped just now. Never more than is free at one account: the
   * failures of the pair can be older than the window of the source, and a correct password must not buy guesses at other
   * accounts.
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

/** Returns the row without failures; what is under judgement stays. */
function cleared(row: Row): Row {
  if (tallies(row).every(({ failures }) => failures === 0)) return row;
  return mapTallies(row, (tally) => ({ ...tally, failures: 0 }));
}
