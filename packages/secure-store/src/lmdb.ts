/**
 * LMDB, the embedded back end: one directory, one writer at a time, any number of processes, readers that wait for
 * nobody.
 */
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from './backend.ts';
import { StoreError } from './errors.ts';
import { holdsDatabase, makeDirectory, syncDirectory } from './lmdb-directory.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';

/**
 * Reading makes no files: the directory, with mode 0700, and its files, with 0600, are made by the first commit.
 *
 * @param options `dir`: a directory of its own
 */
export function lmdbBackend(options: { readonly dir: string }): Backend {
  return new LmdbBackend(options.dir);
}

class LmdbBackend implements Backend {
  readonly name = 'lmdb';
  readonly #dir: string;
  #environment: LmdbEnvironment | undefined;
  #closed = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async read(key: Key): Promise<Uint8Array | undefined> {
    return this.#existing()?.read(key);
  }

  async *scan(range: Range): AsyncGenerator<Row> {
    for (const row of this.#existing()?.scan(range) ?? []) {
      yield row;
      if (this.#closed) throw closed();
    }
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    return await (this.#existing() ?? this.#create()).commit(batch);
  }

  async confirm(): Promise<void> {
    this.#existing()?.confirm();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const environment = this.#environment;
    this.#environment = undefined;
    await environment?.release();
  }

  /** Nothing when the directory holds no database yet. */
  #existing(): LmdbEnvironment | undefined {
    if (this.#closed) throw closed();
    if (this.#environment === undefined && holdsDatabase(this.#dir))
      this.#environment = LmdbEnvironment.acquire(this.#dir);
    return this.#environment;
  }

  #create(): LmdbEnvironment {
    makeDirectory(this.#dir);
    this.#environment = LmdbEnvironment.acquire(this.#dir);
    syncDirectory(this.#dir);
    return this.#environment;
  }
}

function closed(): StoreError {
  return new StoreError('closed', 'This store was closed.');
}
