/**
 * PostgreSQL, the back end for when users outgrow one machine; also other engines that speak its protocol.
 *
 * A value is one row of one table. A read is one statement, a commit two round trips (`commit.ts`), a scan one
 * statement or one REPEATABLE READ transaction (`scan.ts`). Isolation, row locks and the uniqueness of keys do
 * the rest; nothing is used that other engines do not have.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, Batch, CommitOutcome, Key, Range, Row } from '../backend.ts';
import { StoreError } from '../errors.ts';
import type { Dial } from './client.ts';
import { Committer } from './commit.ts';
import { Connections, type Session } from './connections.ts';
import { isMistake, toStoreError } from './errors.ts';
import { type Clock, type Pace, persist } from './retry.ts';
import { isWhole, openSnapshot, pageCall, plain, readSnapshot, rowsOf, stretchOf } from './scan.ts';
import { Tables } from './tables.ts';
import { parseServerUrl } from './url.ts';
import { Wording } from './wording.ts';

export type { Dial } from './client.ts';
export type { Clock } from './retry.ts';

export interface PostgresOptions {
  /**
   * `postgres://user@host:port/database`, with libpq's parameters `sslmode`, `sslrootcert`, `sslcert`, `sslkey`,
   * `application_name`, `options`, where `-c search_path=NAME` names the store's schema, and with `prepared=named` behind
   * a pooler that pools by session. Of several hosts, divided by commas, the first is used that answers and takes writes
   * (`target_session_attrs` is `read-write`). To other hosts than this machine TLS is used, and the certificate and its host name
   * are verified, unless `sslmode` says otherwise: `url.ts` has the table. The password may stand in the URL, in
   * PGPASSWORD, or (best) in the file that PGPASSFILE names, by default `~/.pgpass`.
   */
  readonly url: string;
  /** Connections for reads and commits, at least 1; long scans take up to as many again. Default 8. */
  readonly poolSize?: number;
  /** Milliseconds to go on trying when the server is away or transactions collide. Default 10,000. */
  readonly patience?: number;
  /** Milliseconds to wait for an answer on one connection, locks included. Default 30,000. */
  readonly answerTimeout?: number;
  /**
   * Opens the TCP connection to a host. Not given: as Node does, which gives each address of a name 250 ms, so that a name
   * with unreachable addresses may fail long before `patience` is over.
   */
  readonly dial?: Dial | undefined;
  readonly clock?: Clock;
  /** Evenly spread over 0 ≤ x < 1; for the jitter of pauses only. */
  readonly random?: () => number;
}

/**
 * A store's place in one schema of a PostgreSQL database; nothing else may lie in that schema. The tables are made by the
 * first commit. A pooler in between may pool by session or by transaction.
 *
 * @throws TypeError, RangeError for options that cannot be used; everything else is reported by the calls that meet it
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
    const limits = { poolSize, answerTimeout, dial, connectTimeout: Math.max(patience, 1_000) };
    this.#where = servers.map(({ host, port }) => `${host}:${port}`).join(' or ');
    this.#pace = { clock, random, patience };
    const wording = new Wording(servers[0]?.schema);
    this.#connections = new Connections(servers, process.env, limits, wording);
    this.#snapshots = new Connections(servers, process.env, limits, wording);
    this.#tables = new Tables((call) => this.#connections.ask(call));
    this.#committer = new Committer(this.#connections, this.#snapshots, this.#pace);
  }

  async read(key: Key): Promise<Uint8Array | undefined> {
    return await this.#persist(async () => {
      if (!(await this.#tables.find())) return undefined;
      const { rows } = await this.#connections.ask({ statement: READ, values: [key] });
      return rows[0] === undefined ? undefined : plain(rows[0][0]);
    });
  }

  async *scan(range: Range): AsyncGenerator<Row> {
    const stretch = stretchOf(range);
    const first = await this.#persist(async () => {
      if (!(await this.#tables.find())) return [];
      return rowsOf(await this.#connections.ask(pageCall(stretch)));
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
      yield* readSnapshot(snapshot);
    } catch (error) {
      throw this.#closing === undefined ? toStoreError(error, this.#where) : closed();
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

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
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

  /** What every call goes through: refused when closed, waited for by `close`, its errors coded. */
  async #do<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closed();
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

function closed(): StoreError {
  return new StoreError('closed', 'This store was closed.');
}
