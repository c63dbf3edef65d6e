/**
 * Connections to one PostgreSQL server: a pool, and flights of statements on one of its connections.
 *
 * A flight is written to the socket at once and its answers come back together, so that a transaction of many statements
 * costs one round trip. Each statement is a named, prepared one.
 */
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { troubleOf } from './postgres-errors.ts';
import { findPassword } from './postgres-password.ts';
import type { Environment, ServerAddress } from './postgres-url.ts';

export interface Statement {
  /** Unique to the text; the server keeps its plan under this name. Not given: what needs no plan. */
  readonly name?: string;
  readonly text: string;
}

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

/** The driver leaves its socket open when it gives up a handshake by itself, as without a password. */
class TidyClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.connection.on('error', () => this.connection.stream.destroy());
  }
}

export class Connections {
  readonly #pool: Pool;

  /** @param setUp sent once on each new connection, before anything else; what the server does not know is left out */
  constructor(
    address: ServerAddress,
    environment: Environment,
    limits: ConnectionLimits,
    setUp: readonly string[] = [],
  ) {
    const { host, port, user, database, ssl, options, applicationName } = address;
    this.#pool = new Pool({
      Client: TidyClient,
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
    });
    // A connection that breaks while idle is out of the pool already; one that breaks in use fails its flight.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      client.on('error', () => {});
      for (const text of setUp) client.query(text).catch(() => {});
    });
  }

  async take(): Promise<Session> {
    return new Session(await this.#pool.connect());
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
  #held = true;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async ask({ statement: { name, text }, values = [] }: Call): Promise<Answer> {
    try {
      const query = { name, text, values, rowMode: 'array' } as const;
      const { command, rowCount, rows } = await this.#client.query<unknown[]>(query);
      return { command, rowCount: rowCount ?? 0, rows };
    } catch (error) {
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
