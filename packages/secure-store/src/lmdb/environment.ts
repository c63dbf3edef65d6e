/**
 * One opened database, shared by all of this process that uses its directory.
 *
 * Commits are grouped: the callback of one asynchronous transaction takes everything that waits by the time it runs, and
 * all of it shares one fdatasync. Only one transaction is under way at a time, because of what the library does when one
 * fails to write its header: the environment is spoilt, and the next transaction would never end. It is found out by
 * reading, and the environment opened anew.
 *
 * - `overlappingSync: false`: the promise is fulfilled after the fdatasync. All commits are durable here; LMDB's own ways
 *   of not waiting for the disk can lose the whole file when the power goes.
 * - `eventTurnBatching: false`: with it, a failed commit rejects a promise that nobody can reach, which ends the process.
 * - All checks of a batch come before its first write, since neither a throw nor ABORT undoes what was written; what LMDB itself
 *   refuses to write spoils the whole transaction, and nothing of it happens. (A nested transaction would undo, but when LMDB has
 *   ended it already, the library throws where nobody can catch.)
 */
import { realpathSync } from 'node:fs';
import { type Database, open } from 'lmdb';
import type { Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { endOfPrefix, equalBytes, startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { fileIdOf } from './directory.ts';
import { toStoreError } from './errors.ts';
import { duringCommit } from './exit.ts';

type Rows = Database<Uint8Array, Uint8Array>;

interface Job {
  readonly batch: Batch;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A snapshot being read. It is ended before the database is closed under it. */
interface Scan {
  readonly rows: Iterator<Row>;
  ended: boolean;
}

const LONGEST_KEY = 64;

const shared = new Map<string, LmdbEnvironment>();

export class LmdbEnvironment {
  readonly #dir: string;
  #database: Rows | undefined;
  /** Which file was opened. */
  #fileId: string | undefined;
  #users = 0;
  readonly #scans = new Set<Scan>();
  #waiting: Job[] = [];
  /** Whether somebody takes what waits; `#writing` is fulfilled a little later than that. */
  #busy = false;
  #writing: Promise<void> | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Whether this process has the database in a directory open. */
  static isOpen(dir: string): boolean {
    return shared.has(realpathSync(dir));
  }

  /** The environment of a directory that is there; give it back by `release`. */
  static acquire(dir: string): LmdbEnvironment {
    const path = realpathSync(dir);
    const environment = shared.get(path) ?? new LmdbEnvironment(path);
    environment.#opened();
    shared.set(path, environment);
    environment.#users += 1;
    return environment;
  }

  /** @throws {StoreError} not_a_store when another file lies where the opened one was, or none */
  confirm(): void {
    this.#opened();
    const now = fileIdOf(this.#dir);
    if (now === undefined || now !== this.#fileId)
      throw new StoreError(
        'not_a_store',
        `The store in ${this.#dir} was deleted or replaced while it was open.`,
      );
  }

  /** Waits for commits in flight. */
  async release(): Promise<void> {
    this.#users -= 1;
    await this.#writing;
    if (this.#users > 0 || shared.get(this.#dir) !== this) return;
    shared.delete(this.#dir);
    await this.#close();
  }

  read(key: Key): Uint8Array | undefined {
    return this.#reading((database) => {
      const value = database.getBinary(key);
      // A copy of its own already, only a Buffer.
      return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    });
  }

  *scan({ prefix, after, limit }: Range): Generator<Row> {
    const end = endOfPrefix(prefix);
    const scan: Scan = {
      ended: false,
      rows: this.#reading((database) =>
        database
          .getRange({
            start: after ?? prefix,
            exclusiveStart: after !== undefined,
            snapshot: true,
            ...(end === undefined ? {} : { end }),
            ...(limit === undefined ? {} : { limit }),
          })
          [Symbol.iterator](),
      ),
    };
    this.#scans.add(scan);
    try {
      for (;;) {
        if (scan.ended) throw new StoreError('closed', 'The store was closed while it was being read.');
        const next = this.#coded(() => scan.rows.next());
        if (next.done === true) return;
        yield { key: plain(next.value.key), value: plain(next.value.value) };
      }
    } finally {
      this.#end(scan);
    }
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    // What the library would refuse in the middle of a batch is refused before.
    if (batch.writes.some(({ key }) => key.length === 0 || key.length > LONGEST_KEY))
      throw new RangeError(`"key" expected 1 to ${LONGEST_KEY} bytes`);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (!this.#busy) this.#writing = this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      let jobs: Job[] = [];
      let refused: unknown;
      try {
        const database = this.#opened();
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
      } catch (error) {
        if (jobs.length === 0) jobs = this.#waiting.splice(0);
        const cause = refused ?? (await causeOf(error));
        // The throw itself undoes nothing, only what LMDB makes of its reason.
        const ended = refused === undefined || error !== refused;
        await this.#failed(jobs, toStoreError(cause, this.#dir), ended);
      }
    }
    this.#busy = false;
  }

  /** Opens a spoilt environment anew; it may have been the very last step of the commit that failed. */
  async #failed(jobs: readonly Job[], error: StoreError, ended: boolean): Promise<void> {
    const sound = this.#isSound();
    if (sound && ended) {
      for (const { reject } of jobs) reject(error);
      return;
    }
    if (!sound) await this.#close();
    for (const { batch, resolve, reject } of jobs) {
      const outcome = this.#outcomeOf(batch);
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

  #isSound(): boolean {
    try {
      this.#database?.resetReadTxn();
      this.#database?.getBinary(Uint8Array.of(0));
      return this.#database !== undefined;
    } catch {
      return false;
    }
  }

  #outcomeOf({ writes }: Batch): 'committed' | 'lost' | 'unknown' {
    try {
      const there = writes.map(({ key, value }) => {
        const found = this.read(key);
        return found === undefined ? value === undefined : value !== undefined && equalBytes(found, value);
      });
      return writes.length > 0 && there.every(Boolean) ? 'committed' : 'lost';
    } catch {
      return 'unknown';
    }
  }

  #reading<T>(action: (database: Rows) => T): T {
    return this.#coded(() => {
      const database = this.#opened();
      // The library keeps a read transaction for the rest of the turn of the event loop, which would hide commits of
      // other processes that were answered in between.
      database.resetReadTxn();
      return action(database);
    });
  }

  #coded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
  }

  #opened(): Rows {
    if (this.#database !== undefined) return this.#database;
    const options = { permissionsMode: 0o600 };
    this.#database = this.#coded(() =>
      open<Uint8Array, Uint8Array>({
        path: this.#dir,
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
        overlappingSync: false,
        eventTurnBatching: false,
        maxReaders: 512,
        ...options,
      }),
    );
    this.#fileId = fileIdOf(this.#dir);
    return this.#database;
  }

  async #close(): Promise<void> {
    for (const scan of this.#scans) this.#end(scan);
    const database = this.#database;
    this.#database = undefined;
    await database?.close().catch(() => {});
  }

  #end(scan: Scan): void {
    this.#scans.delete(scan);
    if (scan.ended) return;
    scan.ended = true;
    scan.rows.return?.();
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

/** A copy that is the caller's: from scans the library gives Buffers that the next row overwrites. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}

/** The reason of a failed commit hides in a promise of the library's own, which ends the process if nobody looks at it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
