/**
 * Connections to one PostgreSQL server: a pool, and flights of statements on one of its connections.
 *
 * A flight is written to the socket at once and its answers come back together, so that a transaction of many statements
 * costs one round trip.
 *
 * Nothing that is sent outlives its transaction, so that a pooler may hand each transaction to another session: statements
 * name the store's schema, settings are made with SET LOCAL, and locks are those of rows. Plans are the exception: a
 * statement is prepared under its name where no pooler stands in between, which saves a third of a round trip on loopback.
 */
import { Pool, type PoolClient } from 'pg';
import { StoreClient } from './postgres-client.ts';
import { hasLostPlan, troubleOf } from './postgres-errors.ts';
import { findPassword } from './postgres-password.ts';
import type { Environment, ServerAddress } from './postgres-url.ts';
import type { Statement, Wording } from './postgres-wording.ts';

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
  /** Milliseconds to wait for one answer; then its connection is given up. */
  readonly answerTimeout: number;
}

export class Connections {
  readonly #pool: Pool;
  readonly #wording: Wording;
  #prepares: 'always' | 'in own sessions' | 'never';
  readonly #stopPreparing = () => {
    this.#prepares = 'never';
  };

  /** @param wording shared by all connections to a store, so that they agree on its schema */
  constructor(address: ServerAddress, environment: Environment, limits: ConnectionLimits, wording: Wording) {
    const { host, port, user, database, ssl, options, applicationName } = address;
    this.#wording = wording;
    this.#prepares = address.prepared === 'named' ? 'always' : 'in own sessions';
    // The pool waits for the promise, which the driver's types do not say.
    const greeting = {
      onConnect: async (client: unknown) => {
        if (client instanceof StoreClient) wording.settle(await client.greet());
      },
    };
    this.#pool = new Pool({
      Client: StoreClient,
      host,
      port,
      user,
      database,
      ssl,
      options,
      application_name: applicationName,
      password: () => findPassword(address, environment),
      max: limits.poolSize,
      connectionTimeoutMillis: limits.connectTimeout,
      query_timeout: limits.answerTimeout,
      keepAlive: true,
      pipeline: true,
      ...greeting,
    });
    // A connection that breaks while idle is out of the pool already; one that breaks in use fails its flight.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
    });
  }

  async take(): Promise<Session> {
    const client = await this.#pool.connect();
    const prepares =
      this.#prepares === 'always' ||
      (this.#prepares === 'in own sessions' && client instanceof StoreClient && client.ownSession);
    return new Session(client, this.#wording, prepares, this.#stopPreparing);
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
    await this.#pool.end();
  }
}

/** One connection, held by one user. */
export class Session {
  readonly #client: PoolClient;
  readonly #wording: Wording;
  readonly #prepares: boolean;
  readonly #onLostPlan: () => void;
  #held = true;
  #broken = false;

  /**
   * @param prepares whether statements are prepared under their names
   * @param onLostPlan called when a pooler that showed no sign of itself turns out to stand in between
   */
  constructor(client: PoolClient, wording: Wording, prepares: boolean, onLostPlan: () => void) {
    this.#client = client;
    this.#wording = wording;
    this.#prepares = prepares;
    this.#onLostPlan = onLostPlan;
  }

  async ask({ statement, values = [] }: Call): Promise<Answer> {
    try {
      const name = this.#prepares ? statement.name : undefined;
      const text = this.#wording.textOf(statement);
      const query = { name, text, values, rowMode: 'array' } as const;
      const { command, rowCount, rows } = await this.#client.query<unknown[]>(query);
      return { command, rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (hasLostPlan(error)) this.#onLostPlan();
      this.#broken ||= troubleOf(error) === 'lost';
      throw error;
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
