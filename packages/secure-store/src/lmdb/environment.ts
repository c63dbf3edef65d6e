/**
 * One opened database, shared by everything in this process that uses its directory.
 *
 * Commits are grouped: the callback of one asynchronous transaction takes all commits that are waiting when
 * it runs, and they share one fdatasync. Only one transaction runs at a time. While several callers commit at
 * once, those that need not be durable also wait for each other, for up to `PAUSE` milliseconds: a
 * transaction costs the processor as much as sealing twenty records. When the library fails to write a
 * header, it leaves the environment unusable, and the next transaction would never end. A read detects this,
 * and the environment is reopened.
 *
 * - `overlappingSync: false`: the promise resolves after the fdatasync, so all commits are durable. LMDB's
 *   own modes that do not wait for the disk can lose the whole file on power loss.
 * - `eventTurnBatching: false`: with it, a failed commit rejects a promise that no caller can reach, which
 *   ends the process.
 * - All checks of a batch run before its first write, since neither a throw nor ABORT undoes earlier writes.
 *   If LMDB itself rejects a write, the whole transaction fails and nothing is written. (A nested transaction
 *   could be undone, but when LMDB has already ended it, the library throws where the error cannot be
 *   caught.)
 */
import { realpathSync } from 'node:fs';
import type { Database, open } from 'lmdb';
import type { Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { endOfPrefix, equalBytes, startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { fileIdOf, isMountedReadOnly } from './directory.ts';
import { toStoreError } from './errors.ts';
import { duringCommit } from './exit.ts';

/** What the environment uses of the package `lmdb`, which is loaded when a database is opened. */
export interface LmdbLibrary {
  readonly open: typeof open;
}

type Rows = Database<Uint8Array, Uint8Array>;

interface Job {
  readonly batch: Batch;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** A snapshot being read. Must be ended before the database is closed. */
interface Scan {
  readonly rows: Iterator<Row>;
  ended: boolean;
}

const LONGEST_KEY = 64;
/** Milliseconds. */
const PAUSE = 5;

const shared = new Map<string, LmdbEnvironment>();

/** An open database. Get one with `acquire`. */
export class LmdbEnvironment {
  readonly #dir: string;
  readonly #open: typeof open;
  #database: Rows | undefined;
  /** The identity of the opened file. */
  #fileId: string | undefined;
  #users = 0;
  readonly #scans = new Set<Scan>();
  #waiting: Job[] = [];
  /** Whether the loop that takes waiting commits is running. `#writing` resolves slightly later. */
  #busy = false;
  #writing: Promise<void> | undefined;
  #endPause: () => void = () => {};

  private constructor(dir: string, library: LmdbLibrary) {
    this.#dir = dir;
    this.#open = library.open;
  }

  /** Returns whether this process has the database in a directory open. */
  static isOpen(dir: string): boolean {
    return shared.has(realpathSync(dir));
  }

  /** Returns the environment of an existing directory. The caller must call `release` when done. */
  static acquire(dir: string, library: LmdbLibrary): LmdbEnvironment {
    const path = realpathSync(dir);
    const environment = shared.get(path) ?? new LmdbEnvironment(path, library);
    environment.#opened();
    shared.set(path, environment);
    environment.#users += 1;
    return environment;
  }

  /** @throws {StoreError} not_a_store if the opened file was removed or replaced */
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
      // This is already a private copy, but a Buffer.
      return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    });
  }

  *scan({ prefix, after, limit = Number.POSITIVE_INFINITY }: Range): Generator<Row> {
    const scan: Scan = {
      ended: false,
      rows: this.#reading((database) =>
        database
          .getRange({
            start: after ?? prefix,
            exclusiveStart: after !== undefined,
            end: endOfPrefix(prefix),
            limit,
            snapshot: true,
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
    // Reject here what the library would refuse in the middle of a batch.
    if (batch.writes.some(({ key }) => key.length === 0 || key.length > LONGEST_KEY))
      throw new RangeError(`"key" expected 1 to ${LONGEST_KEY} bytes`);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      if (batch.durable) this.#endPause();
      if (!this.#busy) this.#writing = this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      let jobs: Job[] = [];
      let refused: unknown;
      try {
        const database = this.#writable();
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
      // The library keeps a read transaction until the end of the event loop turn, which would hide commits
      // that other processes made in between.
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

  /** @throws {StoreError} read_only */
  #writable(): Rows {
    if (!isMountedReadOnly(this.#dir)) return this.#opened();
    throw new StoreError(
      'read_only',
      `The store in ${this.#dir} is on a file system that is mounted read-only.`,
    );
  }

  #opened(): Rows {
    if (this.#database !== undefined) return this.#database;
    // LMDB then keeps no locks, which protect readers from writers: on this mount there are none.
    const options = { permissionsMode: 0o600, readOnly: isMountedReadOnly(this.#dir) };
    this.#database = this.#coded(() =>
      this.#open<Uint8Array, Uint8Array>({
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

/** Returns a copy that belongs to the caller. In scans, the library reuses its Buffers for the next row. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
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
