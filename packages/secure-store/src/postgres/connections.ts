/**
 * Connections to PostgreSQL: a pool for each server in the URL, and pipelined statements on one connection.
 *
 * Only one of several servers is in use. When it cannot be reached or does not accept writes, the next one is
 * tried and stays in use.
 *
 * Nothing outlives its transaction, so a pooler can assign each transaction to a different session:
 * statements name the store's schema, settings use SET LOCAL, and all locks are row locks. Plans are the
 * exception: when no pooler is in between, statements are prepared by name, which saves a third of a round
 * trip on loopback.
 */
import type { Pool, PoolClient } from 'pg';
import { withPeer } from '../peer.ts';
import type { ConnectionLimits, Schema } from './driver.ts';
import { hasLostPlan, refusesWrites, TakesNoWrites, troubleOf } from './errors.ts';
import type { ServerAddress } from './url.ts';

/** A statement. */
export interface Call {
  /** Unique to the text. Omitted for statements that need no plan. */
  readonly name?: string | undefined;
  /** `@.` is replaced by the store's schema and a dot, `@schema` by its name as a string constant. */
  readonly text: string;
  readonly values?: (Uint8Array | number)[] | undefined;
}

export interface Answer {
  readonly command: string;
  readonly rowCount: number;
  readonly rows: readonly (readonly unknown[])[];
}

/** Sends a statement to the server and waits for the answer. */
export interface Asker {
  ask(call: Call): Promise<Answer>;
}

/** The pools of connections to the servers of a store. */
export class Connections implements Asker {
  readonly #servers: readonly ServerAddress[];
  readonly #limits: ConnectionLimits;
  readonly #schema: Schema;
  #pools: Promise<readonly Pool[]> | undefined;
  /** The index of the server in use. */
  #inUse = 0;
  #prepares: 'always' | 'in own sessions' | 'never';

  /** @param schema shared by all connections to a store */
  constructor(servers: readonly ServerAddress[], limits: ConnectionLimits, schema: Schema) {
    this.#servers = servers;
    this.#limits = limits;
    this.#schema = schema;
    this.#prepares = servers[0]?.prepared === 'named' ? 'always' : 'in own sessions';
  }

  /** Takes a connection from the pool; the caller must call `giveBack` or `drop`. */
  async take(): Promise<Session> {
    this.#pools ??= this.#openPools();
    const pools = await this.#pools;
    let failure: unknown;
    for (const _ of pools) {
      const at = this.#inUse;
      try {
        const client = await pools[at]?.connect();
        if (client !== undefined) return this.#sessionOn(client, at);
      } catch (error) {
        if (troubleOf(error) !== 'lost') throw error;
        // That a server rejects writes is more useful to report than that another is unreachable.
        if (failure === undefined || error instanceof TakesNoWrites) failure = error;
        this.#leave(at);
      }
    }
    throw failure;
  }

  async #openPools(): Promise<readonly Pool[]> {
    const { poolOf } = await withPeer('pg', () => import('./driver.ts'));
    return this.#servers.map((server) => poolOf(server, this.#limits, this.#schema));
  }

  #sessionOn(client: PoolClient, at: number): Session {
    const ownSession = 'ownSession' in client && client.ownSession === true;
    const prepares = this.#prepares === 'always' || (this.#prepares === 'in own sessions' && ownSession);
    return new Session(client, this.#schema, prepares, (error) => {
      if (hasLostPlan(error)) this.#prepares = 'never';
      if (!refusesWrites(error) || this.#servers.length === 1) return error;
      this.#leave(at);
      return new TakesNoWrites('the server is now a standby', { cause: error });
    });
  }

  /** Switches to the next server, unless another caller already has. */
  #leave(at: number): void {
    if (this.#inUse === at) this.#inUse = (at + 1) % this.#servers.length;
  }

  /** Runs one statement outside a transaction. */
  async ask(call: Call): Promise<Answer> {
    return await this.use((session) => session.ask(call));
  }

  /** Takes a connection for the duration of `work`. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.take();
    try {
      return await work(session);
    } finally {
      session.giveBack();
    }
  }

  /** Closes the pools. Every connection must have been returned. */
  async close(): Promise<void> {
    const pools = (await this.#pools?.catch(() => [])) ?? [];
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

/** One connection, checked out of its pool. */
export class Session implements Asker {
  readonly #client: PoolClient;
  readonly #schema: Schema;
  readonly #prepares: boolean;
  readonly #onError: (error: unknown) => unknown;
  #held = true;
  #broken = false;

  /**
   * @param prepares whether statements are prepared by name
   * @param onError maps each error to the error that is thrown
   */
  constructor(client: PoolClient, schema: Schema, prepares: boolean, onError: (error: unknown) => unknown) {
    this.#client = client;
    this.#schema = schema;
    this.#prepares = prepares;
    this.#onError = onError;
  }

  async ask({ name, text, values = [] }: Call): Promise<Answer> {
    try {
      const { command, rowCount, rows } = await this.#client.query<unknown[]>({
        name: this.#prepares ? name : undefined,
        text: inSchema(text, this.#schema),
        values,
        rowMode: 'array',
      });
      return { command, rowCount: rowCount ?? 0, rows };
    } catch (error) {
      // A connection through a proxy can lead to a server that has become a standby.
      this.#broken ||= troubleOf(error) === 'lost' || refusesWrites(error);
      throw this.#onError(error);
    }
  }

  /**
   * Sends several statements at once; a transaction of many statements then costs one round trip.
   *
   * @throws the error of the first statement that failed, after all have been answered
   */
  async fly(calls: readonly Call[]): Promise<Answer[]> {
    const { stream } = this.#client.connection;
    stream.cork();
    const sent = calls.map((call) => this.ask(call));
    stream.uncork();
    await Promise.allSettled(sent);
    return await Promise.all(sent);
  }

  /** Returns the connection to the pool. An open transaction is rolled back first. Can be called twice. */
  giveBack(): void {
    if (this.#broken) this.drop();
    if (!this.#held) return;
    this.#held = false;
    if (this.#client.getTransactionStatus() !== 'I') this.#client.query('ROLLBACK').catch(() => {});
    this.#client.release();
  }

  /** Closes the connection immediately. */
  drop(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#client.release(true);
  }
}

/** Fills in the schema. It is named in every statement, independent of the session's search path. */
function inSchema(text: string, { name }: Schema): string {
  if (name === undefined) return text.replaceAll('@.', '').replaceAll('@schema', 'NULL');
  const quoted = (mark: '"' | "'") => `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
  return text.replaceAll('@.', `${quoted('"')}.`).replaceAll('@schema', quoted("'"));
}
