/**
 * Numbers for commits, by which one whose answer was lost can be looked up.
 *
 * Each commit, in its own transaction, puts its number into the row of a writer that only this process knows. Whoever then
 * writes to that row has to wait until the transaction has ended, and finds its number or an earlier one. A writer serves
 * one commit at a time and one after another, so that the table has as many rows as there are connections, and is
 * forgotten when a commit of his ended badly.
 */
import { randomBytes } from 'node:crypto';
import type { Answer, Call } from './connections.ts';

/** One commit of one writer. Numbers begin with 1. */
export interface Mark {
  readonly writer: Uint8Array;
  readonly number: number;
}

const MARK = {
  name: 'countersign_mark',
  text: `INSERT INTO @.countersign_writers (writer, latest, seen) VALUES ($1, $2, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET latest = excluded.latest, seen = excluded.seen`,
};

/** The insert, with the number 0, is for a writer whose first commit was undone or is under way. */
const LOOK_UP = {
  text: `INSERT INTO @.countersign_writers (writer, latest, seen) VALUES ($1, 0, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET seen = excluded.seen RETURNING latest`,
};

const FORGET = { text: 'DELETE FROM @.countersign_writers WHERE writer = $1' };

export class Writers {
  #free: Mark[] = [];

  take(): Mark {
    const { writer, number } = this.#free.pop() ?? { writer: new Uint8Array(randomBytes(16)), number: 0 };
    return { writer, number: number + 1 };
  }

  /** After a commit that was answered. */
  giveBack(mark: Mark): void {
    this.#free.push(mark);
  }

  /** What removes the rows of all writers. */
  leave(): Call[] {
    const calls = this.#free.map(({ writer }) => ({ statement: FORGET, values: [writer] }));
    this.#free = [];
    return calls;
  }
}

export function marking({ writer, number }: Mark): Call {
  return { statement: MARK, values: [writer, number] };
}

/** Asked on another connection, once COMMIT was sent: whether the commit happened. The answer is final. */
export function lookUp({ writer }: Mark): Call {
  return { statement: LOOK_UP, values: [writer] };
}

export function isFound({ number }: Mark, { rows }: Answer): boolean {
  return Number(rows[0]?.[0]) === number;
}
