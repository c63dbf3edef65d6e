/**
 * Connections to PostgreSQL: a pool for each server that the URL names, and flights of statements on one connection.
 *
 * Of several servers one is in use. When it cannot be reached, or takes no writes, the next one is tried and stays in use.
 *
 * A flight is written to the socket at once and its answers come back together, so that a transaction of many statements
 * costs one round trip.
 *
 * Nothing that is sent outlives its transaction, so that a pooler may hand each transaction to another session: statements
 * name the store's schema, settings are made with SET LOCAL, and locks are those of rows. Plans are the exception: a
 * statement is prepared under its name where no pooler stands in between, which saves a third of a round trip on loopback.
 */
import { Pool, type PoolClient } from 'pg';
import { type Dial, StoreClient } from './client.ts';
import { hasLostPlan, refusesWrites, TakesNoWrites, troubleOf } from './errors.ts';
import type { Environment } from './hosts.ts';
import { findPassword } from './password.ts';
import type { ServerAddress } from './url.ts';
import type { Statement, Wording } from './wording.ts';

export interface Call {
  readonly statement: Statement;
  readonly values?: (Uint8Array | number)[];
}

export interface Answer {
  readonly command: string;
  readonly rowCount: number;
  readonly rows: readonly (readonly unknown[])[];
}

export interface ConnectionLimits {
  readonly poolSize: number;
  /** Milliseconds to wait for a connection, new or free. */
  readonly connectTimeout: number;
  readonly dial: Dial | undefined;
  /** Milliseconds to wait for one answer; then its connection is given up. */
  readonly answerTimeout: number;
}

export class Connections {
  readonly #pools: readonly Pool[];
  /** The index of the server in use. */
  #inUse = 0;
  readonly #wording: Wording;
  #prepares: 'always' | 'in own sessions' | 'never';

  /** @param wording shared by all connections to a store, so that they agree on its schema */
  constructor(
    servers: readonly ServerAddress[],
    environment: Environment,
    limits: ConnectionLimits,
    wording: Wording,
  ) {
    this.#wording = wording;
    this.#prepares = servers[0]?.prepared === 'named' ? 'always' : 'in own sessions';
    // One server that does not answer must not use up the time of the others.
    const connectTimeout = Math.max(limits.connectTimeout / servers.length, 1_000);
    this.#pools = servers.map((server) =>
      poolOf(server, environment, { ...limits, connectTimeout }, wording),
    );
  }

  async take(): Promise<Session> {
    let failure: unknown;
    for (const _ of this.#pools) {
      const at = this.#inUse;
      try {
        const client = await this.#pools[at]?.connect();
        if (client !== undefined) return this.#sessionOn(client, at);
      } catch (error) {
        if (troubleOf(error) !== 'lost') throw error;
        // A server that is away says less than one that is there and takes no writes.
        if (failure === undefined || error instanceof TakesNoWrites) failure = error;
        this.#leave(at);
      }
    }
    throw failure;
  }

  #sessionOn(client: PoolClient, at: number): Session {
    const prepares =
      this.#prepares === 'always' ||
      (this.#prepares === 'in own sessions' && client instanceof StoreClient && client.ownSession);
    return new Session(client, this.#wording, prepares, (error) => {
      if (hasLostPlan(error)) this.#prepares = 'never';
      if (!refusesWrites(error) || this.#pools.length === 1) return error;
      this.#leave(at);
      return new TakesNoWrites('the server has become a standby', { cause: error });
    });
  }

  /** Goes on with the next server, unless another caller has done so. */
  #leave(at: number): void {
    if (this.#inUse === at) this.#inUse = (at + 1) % this.#pools.length;
  }

  /** One statement outside of a transaction. */
  async ask(call: Call): Promise<Answer> {
    return await this.use((session) => session.ask(call));
  }

  /** Takes a connection for as long as `work` goes on. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.take();
    try {
      return await work(session);
    } finally {
      session.giveBack();
    }
  }

  /** Every connection must have been given back. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }
}

function poolOf(
  server: ServerAddress,
  environment: Environment,
  limits: ConnectionLimits,
  wording: Wording,
): Pool {
  const { host, port, user, database, ssl, options, applicationName, mustWrite } = server;
  // The pool hands its options to the client, and waits for the promise, which the driver's types do not say.
  const reaching = {
    dial: limits.dial,
    onConnect: async (client: unknown) => {
      if (!(client instanceof StoreClient)) return;
      const { schema, takesWrites } = await client.greet();
      if (mustWrite && !takesWrites) throw new TakesNoWrites('the server is a standby');
      wording.settle(schema);
    },
  };
  const pool = new Pool({
    Client: StoreClient,
    ...reaching,
    host,
    port,
    user,
    database,
    ssl,
    options,
    application_name: applicationName,
    password: () => findPassword(server, environment),
    max: limits.poolSize,
    connectionTimeoutMillis: limits.connectTimeout,
    query_timeout: limits.answerTimeout,
    keepAlive: true,
    pipeline: true,
  });
  // A connection that breaks while idle is out of the pool already; one that breaks in use fails its flight.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}

/** One connection, held by one user. */
export class Session {
  readonly #client: PoolClient;
  readonly #wording: Wording;
  readonly #prepares: boolean;
  readonly #onError: (error: unknown) => unknown;
  #held = true;
  #broken = false;

  /**
   * @param prepares whether statements are prepared under their names
   * @param onError called with each error; returns what is thrown for it
   */
  constructor(client: PoolClient, wording: Wording, prepares: boolean, onError: (error: unknown) => unknown) {
    this.#client = client;
    this.#wording = wording;
    this.#prepares = prepares;
    this.#onError = onError;
  }

  async ask({ statement, values = [] }: Call): Promise<Answer> {
    try {
      const name = this.#prepares ? statement.name : undefined;
      const text = this.#wording.textOf(statement);
      const query = { name, text, values, rowMode: 'array' } as const;
      const { command, rowCount, rows } = await this.#client.query<unknown[]>(query);
      return { command, rowCount: rowCount ?? 0, rows };
    } catch (error) {
      // A connection through a proxy may lead to a server that has become a standby.
      this.#broken ||= troubleOf(error) === 'lost' || refusesWrites(error);
      throw this.#onError(error);
    }
  }

  /** @throws the error of the first statement that failed, when all have been answered */
  async fly(calls: readonly Call[]): Promise<Answer[]> {
    const { stream } = this.#client.connection;
    stream.cork();
    const sent = calls.map((call) => this.ask(call));
    stream.uncork();
    await Promise.allSettled(sent);
    return await Promise.all(sent);
  }

  /** Back to the pool; a transaction is undone before the next user's first statement. May be called twice. */
  giveBack(): void {
    if (this.#broken) this.drop();
    if (!this.#held) return;
    this.#held = false;
    if (this.#client.getTransactionStatus() !== 'I') this.#client.query('ROLLBACK').catch(() => {});
    this.#client.release();
  }

  /** Ends the connection, whatever it is doing. */
  drop(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#client.release(true);
  }
}
