/**
 * Commit numbers, for looking up a commit whose answer was lost.
 *
 * Each commit, in its own transaction, writes its number to the row of a writer that only this process uses.
 * A later write to that row waits until the transaction has ended, and then finds this number or an earlier
 * one. A writer serves one commit at a time, so the table has as many rows as there are connections. It is
 * discarded after a commit that ended with an error.
 */
import { randomBytes } from 'node:crypto';
import type { Answer, Call } from './connections.ts';

/** One commit of one writer. Numbers start at 1. */
export interface Mark {
  readonly writer: Uint8Array;
  readonly number: number;
}

const MARK = {
  name: 'countersign_mark',
  text: `INSERT INTO @.countersign_writers (writer, latest, seen) VALUES ($1, $2, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET latest = excluded.latest, seen = excluded.seen`,
};

/** Inserts the number 0 for a writer whose first commit was rolled back or is still running. */
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

  /** Returns a writer for reuse, after its commit was answered. */
  giveBack(mark: Mark): void {
    this.#free.push(mark);
  }

  /** Returns the statements that remove the rows of all writers. */
  leave(): Call[] {
    const calls = this.#free.map(({ writer }) => ({ statement: FORGET, values: [writer] }));
    this.#free = [];
    return calls;
  }
}

/** Returns the statement that records a commit under its writer. */
export function marking({ writer, number }: Mark): Call {
  return { statement: MARK, values: [writer, number] };
}

/** Looks up, on another connection, whether a commit happened whose COMMIT was sent. The answer is final. */
export function lookUp({ writer }: Mark): Call {
  return { statement: LOOK_UP, values: [writer] };
}

/** Returns whether the answer to `lookUp` shows that the commit happened. */
export function isFound({ number }: Mark, { rows }: Answer): boolean {
  return Number(rows[0]?.[0]) === number;
}
