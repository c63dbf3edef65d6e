/**
 * A commit in two round trips:
 *
 * 1. BEGIN, the settings of this transaction, the checks and writes in key order, and the number of this
 *    commit in the row of its writer.
 * 2. COMMIT when every check held; ROLLBACK otherwise.
 *
 * A transaction is retried if the server rolled it back (40001, 40P01) or the connection was lost before
 * COMMIT was sent. When COMMIT gets no valid answer, another connection writes to the writer's row. It has to
 * wait until the transaction in question has ended, and then either finds the number or does not.
 */
import type { Batch, CommitOutcome, Key } from '../backend.ts';
import { StoreError } from '../errors.ts';
import { judge, type Step, stepsOf } from './batch.ts';
import type { Call, Connections, Session } from './connections.ts';
import { GaveWay, sqlStateOf } from './errors.ts';
import { type Pace, persist } from './retry.ts';
import { Turns } from './turns.ts';
import { isFound, lookUp, type Mark, marking, Writers } from './writers.ts';

const BEGIN: Call = { statement: { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' } };
const COMMIT: Call = { statement: { text: 'COMMIT' } };
/** Otherwise a machine that vanishes in the middle of a commit would hold its locks for hours. */
const NO_LONGER = "set_config('idle_in_transaction_session_timeout', '5000', true)";
/** An administrator may have configured asynchronous commits, or a stricter mode than `on`. */
const DURABLY: Call = {
  statement: {
    name: 'countersign_durably',
    text: `SELECT ${NO_LONGER}, set_config('synchronous_commit',
      coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)`,
  },
};
const LAZILY: Call = {
  statement: {
    name: 'countersign_lazily',
    text: `SELECT ${NO_LONGER}, set_config('synchronous_commit', 'off', true)`,
  },
};
/** The SQLSTATEs by which engines without this setting reject it. */
const UNKNOWN_SETTING = new Set(['0A000', '22023', '42704', '55P02']);

interface Task {
  readonly steps: readonly Step[];
  readonly keys: readonly Key[];
  readonly durable: boolean;
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
  readonly #writers = new Writers();
  readonly #turns: Turns;
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
    const task = {
      steps: stepsOf(batch),
      keys: batch.writes.map(({ key }) => key),
      durable: batch.durable,
    };
    return await persist(this.#pace, () => this.#attempt(task));
  }

  async #attempt(task: Task): Promise<CommitOutcome> {
    const settings = this.#knowsSettings ? [task.durable ? DURABLY : LAZILY] : [];
    const opening = [BEGIN, ...settings];
    try {
      const outcome = await this.#connections.use((session) => this.#transact(session, opening, task));
      if (!('doubt' in outcome)) return outcome;
      if (await this.#happened(outcome.mark)) return { committed: true };
      throw outcome.doubt;
    } catch (error) {
      if (settings.length === 0 || !UNKNOWN_SETTING.has(sqlStateOf(error) ?? '')) throw error;
      this.#knowsSettings = false;
      return await this.#attempt(task);
    }
  }

  async #transact(
    session: Session,
    opening: readonly Call[],
    { steps, keys }: Task,
  ): Promise<CommitOutcome | Doubt> {
    const mark = this.#writers.take();
    const calls = [...opening, ...steps.map(({ call }) => call), marking(mark)];
    const answers = await this.#turns.wait(keys, session.fly(calls));
    const judgement = judge(steps, answers.slice(opening.length));
    if (judgement.verdict === 'held') {
      const doubt = await send(session);
      if (doubt !== undefined) return { doubt, mark };
    }
    this.#writers.giveBack(mark);
    if (judgement.verdict === 'give way') throw new GaveWay('another commit is waiting for one of the keys');
    return judgement.verdict === 'held'
      ? { committed: true }
      : { committed: false, failed: judgement.failed };
  }

  /** Removes the rows of the writers. Call it when every commit has been answered. */
  async leave(): Promise<void> {
    await this.#turns.end();
    const calls = this.#writers.leave();
    if (calls.length > 0) await this.#connections.use((session) => session.fly(calls));
  }

  async #happened(mark: Mark): Promise<boolean> {
    try {
      return isFound(mark, await persist(this.#pace, () => this.#connections.ask(lookUp(mark))));
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
