/**
 * LMDB, the embedded back end: one directory, one writer at a time, any number of processes, readers that wait for
 * nobody.
 *
 * A commit is one callback inside an asynchronous transaction of lmdb-js. Callbacks that arrive while a transaction is
 * being written share the next one, and with it one fdatasync: that is the group commit. With `overlappingSync: false`
 * the promise resolves after the fdatasync, so every commit here is durable and a lazy one is merely not asked to wait;
 * LMDB's own ways of not waiting can lose the whole file when the power goes.
 *
 * Neither a throw nor ABORT undoes what a callback wrote before, therefore all checks come before the first write.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'lmdb';
import { open } from 'lmdb';
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from './backend.ts';
import { endOfPrefix, startsWith } from './bytes.ts';
import { StoreError } from './errors.ts';
import { toStoreError } from './lmdb-errors.ts';
import { duringCommit } from './lmdb-exit.ts';
import { isLmdbFile } from './lmdb-file.ts';

/** @param options `dir`: made with mode 0700 when the first commit comes; its files get 0600. */
export function lmdbBackend(options: { readonly dir: string }): Backend {
  return new LmdbBackend(options.dir);
}

class LmdbBackend implements Backend {
  readonly name = 'lmdb';
  readonly #dir: string;
  #database: Database<Uint8Array, Uint8Array> | undefined;
  #closed = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async read(key: Key): Promise<Uint8Array | undefined> {
    const database = this.#existing();
    if (database === undefined) return undefined;
    try {
      // The library keeps a read transaction for the rest of the turn of the event loop, which would hide commits
      // of other processes that were answered in between.
      database.resetReadTxn();
      const value = database.getBinary(key);
      return value === undefined ? undefined : plain(value);
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
  }

  async *scan({ prefix, after, limit }: Range): AsyncGenerator<Row> {
    const database = this.#existing();
    if (database === undefined) return;
    try {
      database.resetReadTxn();
      const end = endOfPrefix(prefix);
      const rows = database.getRange({
        start: after ?? prefix,
        exclusiveStart: after !== undefined,
        snapshot: true,
        ...(end === undefined ? {} : { end }),
        ...(limit === undefined ? {} : { limit }),
      });
      for (const { key, value } of rows) yield { key: plain(key), value: plain(value) };
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    const database = this.#existing() ?? this.#create();
    try {
      return await duringCommit(() => database.transaction(() => apply(database, batch)));
    } catch (error) {
      throw toStoreError(await causeOf(error), this.#dir);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  /** The database, unless the directory holds none yet: reading makes no files. */
  #existing(): Database<Uint8Array, Uint8Array> | undefined {
    if (this.#closed) throw new StoreError('closed', 'This store was closed.');
    if (this.#database !== undefined) return this.#database;
    const file = join(this.#dir, 'data.mdb');
    if (!existsSync(file)) return undefined;
    try {
      if (!isLmdbFile(file))
        throw new StoreError('not_a_store', `The store in ${this.#dir} was not written by this software.`);
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
    return this.#open();
  }

  #create(): Database<Uint8Array, Uint8Array> {
    try {
      mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
      if (readdirSync(this.#dir).length > 0)
        throw new StoreError('not_a_store', `${this.#dir} holds other things. Give a directory of its own.`);
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
    return this.#open();
  }

  #open(): Database<Uint8Array, Uint8Array> {
    try {
      const options = { permissionsMode: 0o600 };
      this.#database = open<Uint8Array, Uint8Array>({
        path: this.#dir,
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
        overlappingSync: false,
        noMemInit: false,
        ...options,
      });
      return this.#database;
    } catch (error) {
      throw toStoreError(error, this.#dir);
    }
  }
}

/** Runs inside the write transaction. */
function apply(database: Database<Uint8Array, Uint8Array>, { checks, writes }: Batch): CommitOutcome {
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

/** A copy that is the caller's: the library gives Buffers, and from scans such as the next row overwrites. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}

/**
 * The reason of a failed commit hides in a promise of the library's own, which is rejected as well and would end the
 * process if nobody looked at it.
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
