/**
 * A commit in two round trips:
 *
 * 1. BEGIN, the settings of this transaction, the checks and writes in key order, and the number of this
 *    commit in the row of its writer.
 * 2. COMMIT when every check held; ROLLBACK otherwise.
 *
 * A transaction is retried if the server rolled it back (40001, 40P01) or the connection was lost before
 * COMMIT was sent. When COMMIT gets no valid answer, another connection writes to the writer's row. It has to
 * wait until the transaction in question has ended, and then either finds the number or an earlier one.
 *
 * A writer belongs to this process and serves one commit at a time, so the table has as many rows as there are
 * connections. It is discarded after a commit that ended with an error.
 */
import { randomBytes } from 'node:crypto';
import type { Batch, CommitOutcome } from '../backend.ts';
import { StoreError } from '../errors.ts';
import { judge, type Step, stepsOf } from './batch.ts';
import type { Call, Connections, Session } from './connections.ts';
import { GaveWay, sqlStateOf } from './errors.ts';
import { type Pace, persist } from './retry.ts';
import { Turns } from './turns.ts';

const BEGIN: Call = { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' };
const COMMIT: Call = { text: 'COMMIT' };
/** Otherwise a machine that vanishes in the middle of a commit would hold its locks for hours. */
const NO_LONGER = "set_config('idle_in_transaction_session_timeout', '5000', true)";
/** An administrator may have configured asynchronous commits, or a stricter mode than `on`. */
const DURABLY: Call = {
  name: 'countersign_durably',
  text: `SELECT ${NO_LONGER}, set_config('synchronous_commit',
    coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)`,
};
const LAZILY: Call = {
  name: 'countersign_lazily',
  text: `SELECT ${NO_LONGER}, set_config('synchronous_commit', 'off', true)`,
};
/** The SQLSTATEs by which engines without this setting reject it. */
const UNKNOWN_SETTING = new Set(['0A000', '22023', '42704', '55P02']);

const MARK: Call = {
  name: 'countersign_mark',
  text: `INSERT INTO @.countersign_writers (writer, latest, seen) VALUES ($1, $2, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET latest = excluded.latest, seen = excluded.seen`,
};
/** Inserts the number 0 for a writer whose first commit was rolled back or is still running. */
const LOOK_UP: Call = {
  text: `INSERT INTO @.countersign_writers (writer, latest, seen) VALUES ($1, 0, current_timestamp)
    ON CONFLICT (writer) DO UPDATE SET seen = excluded.seen RETURNING latest`,
};
const FORGET: Call = { text: 'DELETE FROM @.countersign_writers WHERE writer = $1' };

/** One commit of one writer. Numbers start at 1. */
interface Mark {
  readonly writer: Uint8Array;
  readonly number: number;
}

/** COMMIT was sent, and its outcome is unknown. */
interface Doubt {
  readonly doubt: unknown;
  readonly mark: Mark;
}

/** Runs the commits of a back end. */
export class Committer {
  readonly #connections: Connections;
  readonly #pace: Pace;
  readonly #turns: Turns;
  /** The last commit of each writer that is not in use. */
  #writers: Mark[] = [];
  #knowsSettings = true;

  /** @param others used for statements that must get through while all of `connections` wait for locks */
  constructor(connections: Connections, others: Connections, pace: Pace) {
    this.#connections = connections;
    this.#pace = pace;
    this.#turns = new Turns(others);
  }

  /**
   * @throws {StoreError} backend_gone with `settled: false` if the outcome is unknown; after any other error
   *   nothing was written
   */
  async commit(batch: Batch): Promise<CommitOutcome> {
    const steps = stepsOf(batch);
    return await persist(this.#pace, () => this.#attempt(batch, steps));
  }

  async #attempt(batch: Batch, steps: readonly Step[]): Promise<CommitOutcome> {
    const settings = this.#knowsSettings ? [batch.durable ? DURABLY : LAZILY] : [];
    try {
      const outcome = await this.#connections.use((session) =>
        this.#transact(session, [BEGIN, ...settings], batch, steps),
      );
      if (!('doubt' in outcome)) return outcome;
      if (await this.#happened(outcome.mark)) return { committed: true };
      throw outcome.doubt;
    } catch (error) {
      if (settings.length === 0 || !UNKNOWN_SETTING.has(sqlStateOf(error) ?? '')) throw error;
      this.#knowsSettings = false;
      return await this.#attempt(batch, steps);
    }
  }

  async #transact(
    session: Session,
    opening: readonly Call[],
    { writes }: Batch,
    steps: readonly Step[],
  ): Promise<CommitOutcome | Doubt> {
    const last = this.#writers.pop() ?? { writer: new Uint8Array(randomBytes(16)), number: 0 };
    const mark = { writer: last.writer, number: last.number + 1 };
    const calls = [...opening, ...steps, { ...MARK, values: [mark.writer, mark.number] }];
    const keys = writes.map(({ key }) => key);
    const answers = await this.#turns.wait(keys, session.fly(calls));
    const outcome = judge(steps, answers.slice(opening.length));
    if (outcome !== 'give way' && outcome.committed) {
      const doubt = await send(session);
      if (doubt !== undefined) return { doubt, mark };
    }
    this.#writers.push(mark);
    if (outcome === 'give way') throw new GaveWay('another commit is waiting for one of the keys');
    return outcome;
  }

  /** Removes the rows of the writers. Call it when every commit has been answered. */
  async leave(): Promise<void> {
    await this.#turns.end();
    const calls = this.#writers.map(({ writer }) => ({ ...FORGET, values: [writer] }));
    this.#writers = [];
    if (calls.length > 0) await this.#connections.use((session) => session.fly(calls));
  }

  /** Looks up, on another connection, whether a commit happened whose COMMIT was sent. The answer is final. */
  async #happened({ writer, number }: Mark): Promise<boolean> {
    try {
      const call = { ...LOOK_UP, values: [writer] };
      const { rows } = await persist(this.#pace, () => this.#connections.ask(call));
      return Number(rows[0]?.[0]) === number;
    } catch (error) {
      throw new StoreError(
        'backend_gone',
        'The connection to PostgreSQL was lost during a commit and could not be restored. The commit may have happened.',
        { cause: error, settled: false },
      );
    }
  }
}

/** Sends COMMIT. Returns `undefined` when the answer was `COMMIT`; otherwise the reason for doubt. */
async function send(session: Session): Promise<unknown> {
  try {
    const { command } = await session.ask(COMMIT);
    return command === 'COMMIT' ? undefined : new Error('unexpected answer to COMMIT');
  } catch (doubt) {
    return doubt;
  }
}
