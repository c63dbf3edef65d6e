/** How an attempt is reserved before it is judged, and settled afterwards. */
import type { Write } from '@countersign/secure-store';
import type { Hold } from './attempt.ts';
import { type Budget, changed, type Held, heldBy, idsOf } from './budgets.ts';
import type { KnownRows } from './known-rows.ts';
import { EMPTY_ROW, type Row, type Rows } from './row.ts';
import type { LedgerRows } from './rows.ts';
import { reserved, settled, type Tally } from './tally.ts';
import { type Pause, WaitingLine } from './waiting-line.ts';

/** An attempt with the time of its reservation, or why it has to wait. */
export type Reservation = { readonly at: number } | { readonly hold: Hold };

/** The rows in which an attempt counts. */
export interface Judgement {
  readonly budgets: readonly Budget[];
  /** The row that holds what is to be reported to the owner of the account. */
  readonly memory: string;
  /** Returns that row after an attempt that was refused. */
  readonly refused: (row: Row) => Row;
  /** The network to which rows of strangers are attributed. */
  readonly from?: { readonly network: string; readonly evenly: true } | undefined;
  readonly known: KnownRows | undefined;
}

/** Reserves and settles attempts of this process. */
export class Judging {
  readonly #rows: LedgerRows;
  readonly #line: WaitingLine;

  constructor(rows: LedgerRows, pause: Pause | undefined) {
    this.#rows = rows;
    this.#line = new WaitingLine(pause);
  }

  /** Reserves an attempt. If attempts under judgement use up a limit, waits for them, but not longer than two seconds. */
  reserve(judgement: Judgement): Promise<Reservation> {
    return this.#line.enter((last) => this.#tryToReserve(judgement, last));
  }

  /** Returns the id of a row that is full because of attempts under judgement, unless this is the `last` time to ask. */
  async #tryToReserve(
    { budgets, memory, refused, from, known }: Judgement,
    last: boolean,
  ): Promise<Reservation | { full: string }> {
    const reserve = await this.#rows.change<string, Reservation | { held: Held }>(
      idsOf(budgets),
      (rows, now) => {
        const held = heldBy(budgets, rows, now);
        if (held) return { result: { held }, rows: {} };
        const withReservation = (tally: Tally, { current }: Budget) => reserved(current(tally, now), now);
        return { result: { at: now }, rows: changed(rows, budgets, withReservation) };
      },
      { ...from, known },
    );
    if (!('held' in reserve)) return reserve;
    const { full, hold } = reserve.held;
    if (full !== undefined && !last) return { full };
    const count = (rows: Rows<'memory'>) => ({ result: { hold }, rows: { memory: refused(rows.memory) } });
    return this.#rows.change({ memory }, count, { ...from, known });
  }

  /**
   * Settles a reservation, together with the row that holds what is to be reported.
   *
   * @param remember returns that row afterwards, or `undefined` to settle nothing
   * @returns whether no more attempts are accepted after this one, and that row
   */
  async settle(
    { budgets, memory, from, known }: Judgement,
    at: number,
    right: boolean,
    remember: (row: Row, now: number) => Row | undefined,
    commit?: (writes: readonly Write[]) => Promise<void>,
  ): Promise<{ locked: boolean; memory: Row }> {
    const result = await this.#rows.change(
      { ...idsOf(budgets), [memory]: memory },
      (rows, now) => {
        const after = { ...rows, ...changed(rows, budgets, (tally) => settled(tally, at, right, now)) };
        const held = right ? undefined : heldBy(budgets, after, now);
        const locked = held?.hold.seconds === Number.POSITIVE_INFINITY;
        const row = remember(after[memory] ?? EMPTY_ROW, now);
        if (row === undefined) return { result: { locked, memory: EMPTY_ROW }, rows: {} };
        return { result: { locked, memory: row }, rows: { ...after, [memory]: row } };
      },
      { ...from, known, commit },
    );
    this.#line.free(budgets.map(({ id }) => id));
    return result;
  }
}
