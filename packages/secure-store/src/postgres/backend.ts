/**
 * PostgreSQL: the back end for deployments that outgrow one machine. A read is one statement, a commit takes two
 * round trips (`commit.ts`), and a scan is one statement or one REPEATABLE READ transaction (`scan.ts`). No feature
 * is used that other engines with its protocol lack.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { closedStore } from '../errors.ts';
import { Committer } from './commit.ts';
import { Connections, type Session } from './connections.ts';
import { isMistake, toStoreError } from './errors.ts';
import type { Dial } from './hosts.ts';
import { type Clock, type Pace, persist } from './retry.ts';
import { isWhole, openSnapshot, plain, readPage, readSnapshot, stretchOf } from './scan.ts';
import { Tables } from './tables.ts';
import { parseServerUrl } from './url.ts';

export type { Dial } from './hosts.ts';
export type { Clock } from './retry.ts';

/** Options of `postgresBackend`. */
export interface PostgresOptions {
  /**
   * `postgres://user@host:port/database`, with the libpq parameters `sslmode`, `sslrootcert`, `sslcert`,
   * `sslkey`, `application_name` and `options`. In `options`, `-c search_path=NAME` sets the schema of the
   * store. Add `prepared=named` when a pooler in session mode is in between.
   *
   * With several hosts, separated by commas, the first one that answers and accepts writes is used
   * (`target_session_attrs` is `read-write`).
   *
   * Connections to other machines use TLS and verify the certificate and host name, unless `sslmode` says
   * otherwise; see the table in `url.ts`. The password can be given in the URL, in PGPASSWORD or, preferably,
   * in the file named by PGPASSFILE, which defaults to `~/.pgpass`.
   */
  readonly url: string;
  /** Connections for reads and commits, at least 1. Long scans use up to as many again. Default 8. */
  readonly poolSize?: number | undefined;
  /** How long to retry without a server, or after a collision, in milliseconds. Default 10,000. */
  readonly patience?: number | undefined;
  /** How long to wait for an answer on one connection, including locks, in milliseconds. Default 30,000. */
  readonly answerTimeout?: number | undefined;
  /**
   * Opens the TCP connection to a host. By default Node connects, which allows 250 ms for each address of a
   * name; a name with unreachable addresses can then fail long before `patience` is over.
   */
  readonly dial?: Dial | undefined;
  readonly clock?: Clock | undefined;
  /** Returns a random number in [0, 1). Used only for jitter. */
  readonly random?: (() => number) | undefined;
}

/**
 * Returns a back end that stores its data in one schema of a PostgreSQL database. The schema must contain
 * nothing else; the first commit creates the tables. A pooler in session or transaction mode may be in
 * between.
 *
 * @throws {TypeError} for invalid options
 * @throws {RangeError} for options out of range
 */
export function postgresBackend(options: PostgresOptions): Backend {
  return new PostgresBackend(options);
}

const READ = { name: 'countersign_read', text: 'SELECT value FROM @.countersign_rows WHERE key = $1' };

class PostgresBackend implements Backend {
  readonly name = 'postgres';
  readonly remote = true;
  readonly #where: string;
  readonly #pace: Pace;
  readonly #connections: Connections;
  readonly #snapshots: Connections;
  readonly #tables: Tables;
  readonly #committer: Committer;
  readonly #working = new Set<Promise<unknown>>();
  readonly #reading = new Set<Session>();
  #closing: Promise<void> | undefined;

  constructor({
    url,
    poolSize = 8,
    patience = 10_000,
    answerTimeout = 30_000,
    dial,
    clock = { now: () => performance.now(), sleep: (milliseconds) => sleep(milliseconds) },
    random = Math.random,
  }: PostgresOptions) {
    if (!Number.isInteger(poolSize) || poolSize < 1)
      throw new RangeError(`"poolSize" expected a whole number from 1, got ${poolSize}`);
    const servers = parseServerUrl(url, process.env);
    // One unresponsive server must not use up the time for the others.
    const connectTimeout = Math.max(patience / servers.length, 1_000);
    const limits = { poolSize, answerTimeout, dial, connectTimeout };
    const schema = { name: servers[0]?.schema };
    this.#where = servers.map(({ host, port }) => `${host}:${port}`).join(' or ');
    this.#pace = { clock, random, patience };
    this.#connections = new Connections(servers, limits, schema);
    this.#snapshots = new Connections(servers, limits, schema);
    this.#tables = new Tables(this.#connections);
    this.#committer = new Committer(this.#connections, this.#snapshots, this.#pace);
  }

  async read(key: Key): Promise<Uint8Array | undefined> {
    return await this.#persist(async () => {
      if (!(await this.#tables.find())) return undefined;
      const { rows } = await this.#connections.ask({ ...READ, values: [key] });
      return rows[0] === undefined ? undefined : plain(rows[0][0]);
    });
  }

  async *scan(range: Range): AsyncGenerator<Row> {
    const stretch = stretchOf(range);
    const first = await this.#persist(async () => {
      return (await this.#tables.find()) ? await readPage(this.#connections, stretch) : [];
    });
    if (isWhole(stretch, first)) {
      yield* first;
      return;
    }
    const snapshot = await this.#persist(async () => {
      const opened = await openSnapshot(this.#snapshots, stretch);
      this.#reading.add(opened.session);
      return opened;
    });
    try {
      yield* readSnapshot(snapshot.session, snapshot.page, stretch);
    } catch (error) {
      throw this.#closing === undefined ? toStoreError(error, this.#where) : closedStore();
    } finally {
      this.#reading.delete(snapshot.session);
    }
  }

  async commit(batch: Batch): Promise<CommitOutcome> {
    return await this.#do(async () => {
      await persist(this.#pace, () => this.#tables.need());
      return await this.#committer.commit(batch);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#working);
    for (const session of this.#reading) session.drop();
    await this.#committer.leave().catch(() => {});
    await Promise.all([this.#connections.close(), this.#snapshots.close()]);
  }

  async #persist<T>(attempt: () => Promise<T>): Promise<T> {
    return await this.#do(() => persist(this.#pace, attempt));
  }

  /** Wraps every call: rejects it after `close`, lets `close` wait for it, and converts its errors. */
  async #do<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedStore();
    const work = call();
    this.#working.add(work);
    try {
      return await work;
    } catch (error) {
      throw isMistake(error) ? error : toStoreError(error, this.#where);
    } finally {
      this.#working.delete(work);
    }
  }
}
