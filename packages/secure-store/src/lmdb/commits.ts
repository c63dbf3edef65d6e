/**
 * The commits of one environment.
 *
 * They are grouped: the callback of one asynchronous transaction takes all commits that are waiting when it runs, and
 * they share one fdatasync. Only one transaction runs at a time. While several callers commit at once, those that need
 * not be durable also wait for each other, for up to `PAUSE` milliseconds: a transaction costs the processor as much as
 * sealing twenty records. When the library fails to write a header, it leaves the environment unusable, and the next
 * transaction would never end. A read detects this, and the environment is reopened.
 *
 * All checks of a batch run before its first write, since neither a throw nor ABORT undoes earlier writes. If LMDB itself
 * rejects a write, the whole transaction fails and nothing is written. (A nested transaction could be undone, but when
 * LMDB has already ended it, the library throws where the error cannot be caught.)
 */
import type { Database } from 'lmdb';
import type { Batch, CommitOutcome, Key } from '../backend.ts';
import { equalBytes, hexOf, startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { toStoreError } from './errors.ts';
import { duringCommit } from './exit.ts';

/** An open database. */
export type Rows = Database<Uint8Array, Uint8Array>;

export interface CommittedTo {
  /** @throws {StoreError} read_only */
  opened(): Rows;
  read(key: Key): Uint8Array | undefined;
  /** Returns whether a read succeeds. */
  isSound(): boolean;
  /** Closes the database; `opened` opens it again. */
  close(): Promise<void>;
}

interface Job {
  readonly batch: Batch;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

const LONGEST_KEY = 64;
const PAUSE = 5;

export class Commits {
  readonly #dir: string;
  readonly #database: CommittedTo;
  #waiting: Job[] = [];
  /** Whether the loop that takes waiting commits is running. `#done` resolves slightly later. */
  #busy = false;
  #done: Promise<void> | undefined;
  #endPause: () => void = () => {};

  constructor(dir: string, database: CommittedTo) {
    this.#dir = dir;
    this.#database = database;
  }

  /** Resolves when the commits so far have ended. */
  get done(): Promise<void> | undefined {
    return this.#done;
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    // Reject here what the library would refuse in the middle of a batch.
    if (batch.writes.some(({ key }) => key.length === 0 || key.length > LONGEST_KEY))
      throw new RangeError(`"key" expected 1 to ${LONGEST_KEY} bytes`);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (batch.durable) this.#endPause();
      if (!this.#busy) this.#done = this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      let jobs: Job[] = [];
      let refused: unknown;
      try {
        const database = this.#database.opened();
        const transaction = () => {
          jobs = this.#waiting.splice(0);
          try {
            return jobs.map(({ batch }) => apply(database, batch));
          } catch (error) {
            refused = error;
            throw error;
          }
        };
        const outcomes = await duringCommit(() => database.transaction(transaction));
        for (const [i, { resolve }] of jobs.entries())
          resolve(outcomes[i] ?? { committed: false, failed: 0 });
        if (this.#waiting.length > 0) await this.#pause();
      } catch (error) {
        if (jobs.length === 0) jobs = this.#waiting.splice(0);
        const cause = refused ?? (await causeOf(error));
        // The throw by itself undoes nothing; only an error from LMDB aborts the transaction.
        const ended = refused === undefined || error !== refused;
        await this.#failed(jobs, toStoreError(cause, this.#dir), ended);
      }
    }
    this.#busy = false;
  }

  /** Waits for further commits, until one that is durable arrives. */
  async #pause(): Promise<void> {
    if (this.#waiting.some(({ batch }) => batch.durable)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Handles a failed transaction. Reopens an unusable environment, and checks whether the commit happened:
   * the very last step may have failed.
   */
  async #failed(jobs: readonly Job[], error: StoreError, ended: boolean): Promise<void> {
    const sound = this.#database.isSound();
    if (sound && ended) {
      for (const { reject } of jobs) reject(error);
      return;
    }
    if (!sound) await this.#database.close();
    for (const [at, { batch, resolve, reject }] of jobs.entries()) {
      const outcome = this.#outcomeOf(batch, jobs.slice(at + 1));
      if (outcome === 'committed') resolve({ committed: true });
      else
        reject(
          new StoreError(error.code, error.message, {
            cause: error.cause,
            settled: ended && outcome === 'lost',
          }),
        );
    }
  }

  /** @param later the commits that followed in the same transaction and may have replaced what this one wrote */
  #outcomeOf({ writes }: Batch, later: readonly Job[]): 'committed' | 'lost' | 'unknown' {
    const replaced = new Set(later.flatMap(({ batch }) => batch.writes.map(({ key }) => hexOf(key))));
    const visible = writes.filter(({ key }) => !replaced.has(hexOf(key)));
    if (writes.length === 0) return 'lost';
    if (visible.length === 0) return 'unknown';
    try {
      const there = visible.map(({ key, value }) => {
        const found = this.#database.read(key);
        return found === undefined ? value === undefined : value !== undefined && equalBytes(found, value);
      });
      return there.every(Boolean) ? 'committed' : 'lost';
    } catch {
      return 'unknown';
    }
  }
}

/** Runs inside the write transaction: all checks, then all writes. */
function apply(database: Rows, { checks, writes }: Batch): CommitOutcome {
  const failed = checks.findIndex(({ key, starts }) => {
    const value = database.getBinary(key);
    return starts === undefined ? value !== undefined : value === undefined || !startsWith(value, starts);
  });
  if (failed >= 0) return { committed: false, failed };
  for (const { key, value } of writes) {
    if (value === undefined) database.removeSync(key);
    else database.putSync(key, value);
  }
  return { committed: true };
}

/**
 * Returns the cause of a failed commit, which the library keeps in a separate promise. Leaving that promise
 * unhandled would end the process.
 */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
