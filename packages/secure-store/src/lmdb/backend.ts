/**
 * LMDB, the embedded back end: one directory, any number of processes, one writer at a time, readers that
 * never block.
 */
import { setImmediate } from 'node:timers/promises';
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { closedStore } from '../errors.ts';
import { withPeer } from '../peer.ts';
import { holdsDatabase, makeDirectory, syncDirectory } from './directory.ts';
import { LmdbEnvironment, type LmdbLibrary } from './environment.ts';
import { WALKED_ROWS, walkFirst } from './walk.ts';

/**
 * Returns a back end that stores its data in an LMDB directory. The first commit creates the directory with
 * mode 0700 and its files with mode 0600; reading creates nothing. A directory that holds other things is
 * rejected with `not_a_store`.
 *
 * A forged page crashes the process that reads it. Unless another process has the database open, a child
 * process therefore reads it before it is opened here.
 *
 * @param options `dir`: a directory used for nothing else. `walkedRows`: how many rows the child reads;
 *   default 100,000
 */
export function lmdbBackend(options: {
  readonly dir: string;
  readonly walkedRows?: number | undefined;
}): Backend {
  return new LmdbBackend(options.dir, options.walkedRows ?? WALKED_ROWS);
}

/**
 * LMDB answers synchronously. After this many answers the event loop gets a turn, so that a long scan does
 * not starve timers, sockets and signals.
 */
const ANSWERS_A_TURN = 256;

class LmdbBackend implements Backend {
  readonly name = 'lmdb';
  readonly #dir: string;
  readonly #walkedRows: number;
  #walking: Promise<void> | undefined;
  #environment: LmdbEnvironment | undefined;
  #closed = false;
  #answers = 0;
  /** The operations that `close` waits for. */
  readonly #working = new Set<Promise<unknown>>();

  constructor(dir: string, walkedRows: number) {
    this.#dir = dir;
    this.#walkedRows = walkedRows;
  }

  async read(key: Key): Promise<Uint8Array | undefined> {
    const turn = this.#turn();
    if (turn !== undefined) await turn;
    const environment = this.#open;
    if (environment !== undefined) return environment.read(key);
    return await this.#tracked(async () => (await this.#existing())?.read(key));
  }

  async *scan(range: Range): AsyncGenerator<Row> {
    for (const row of (await this.#tracked(() => this.#existing()))?.scan(range) ?? []) {
      yield row;
      await this.#turn();
      if (this.#closed) throw closedStore();
    }
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    return await this.#tracked(async () =>
      (this.#open ?? (await this.#existing()) ?? (await this.#create())).commit(batch),
    );
  }

  async confirm(): Promise<void> {
    await this.#tracked(async () => (await this.#existing())?.confirm());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#working);
    const environment = this.#environment;
    this.#environment = undefined;
    await environment?.release();
  }

  #turn(): Promise<void> | undefined {
    this.#answers += 1;
    return this.#answers % ANSWERS_A_TURN === 0 ? setImmediate() : undefined;
  }

  /** The environment, unless it is closed or not opened yet. */
  get #open(): LmdbEnvironment | undefined {
    return this.#closed ? undefined : this.#environment;
  }

  async #tracked<T>(call: () => Promise<T>): Promise<T> {
    const work = call();
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
    }
  }

  /** Returns the environment, or `undefined` when the directory holds no database yet. */
  async #existing(): Promise<LmdbEnvironment | undefined> {
    if (this.#closed) throw closedStore();
    if (this.#environment !== undefined || !holdsDatabase(this.#dir)) return this.#environment;
    const library = await loadLibrary();
    if (!LmdbEnvironment.isOpen(this.#dir)) {
      this.#walking ??= walkFirst(this.#dir, this.#walkedRows);
      await this.#walking;
    }
    this.#environment ??= LmdbEnvironment.acquire(this.#dir, library);
    return this.#environment;
  }

  async #create(): Promise<LmdbEnvironment> {
    const library = await loadLibrary();
    if (this.#environment !== undefined) return this.#environment;
    makeDirectory(this.#dir);
    this.#environment = LmdbEnvironment.acquire(this.#dir, library);
    syncDirectory(this.#dir);
    return this.#environment;
  }
}

/** @throws {StoreError} missing_package */
async function loadLibrary(): Promise<LmdbLibrary> {
  return await withPeer('lmdb', () => import('lmdb'));
}
