/**
 * One opened database, shared by everything in this process that uses its directory.
 *
 * - `overlappingSync: false`: the promise resolves after the fdatasync, so all commits are durable. LMDB's
 *   own modes that do not wait for the disk can lose the whole file on power loss.
 * - `eventTurnBatching: false`: with it, a failed commit rejects a promise that no caller can reach, which
 *   ends the process.
 */
import { realpathSync } from 'node:fs';
import type { open } from 'lmdb';
import type { Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { endOfPrefix } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { Commits, type Rows } from './commits.ts';
import { fileIdOf, isMountedReadOnly } from './directory.ts';
import { toStoreError } from './errors.ts';

/** What the environment uses of the package `lmdb`, which is loaded when a database is opened. */
export interface LmdbLibrary {
  readonly open: typeof open;
}

/** A snapshot being read. Must be ended before the database is closed. */
interface Scan {
  readonly rows: Iterator<Row>;
  ended: boolean;
}

const shared = new Map<string, LmdbEnvironment>();

/** An open database. Get one with `acquire`. */
export class LmdbEnvironment {
  readonly #dir: string;
  readonly #open: typeof open;
  #database: Rows | undefined;
  #fileId: string | undefined;
  #users = 0;
  readonly #scans = new Set<Scan>();
  readonly #commits: Commits;

  private constructor(dir: string, library: LmdbLibrary) {
    this.#dir = dir;
    this.#open = library.open;
    this.#commits = new Commits(dir, {
      opened: () => this.#writable(),
      read: (key) => this.read(key),
      isSound: () => this.#isSound(),
      close: () => this.#close(),
    });
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
    await this.#commits.done;
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
    return await this.#commits.commit(batch);
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

/** Returns a copy that belongs to the caller. In scans, the library reuses its Buffers for the next row. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}
