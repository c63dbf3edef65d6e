/** The driver, which only this file loads: how a connection reaches its server, and what is checked before its use. */
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type Connection, Pool } from 'pg';
import { NO_TLS, TakesNoWrites } from './errors.ts';
import type { Dial } from './hosts.ts';
import { findPassword } from './password.ts';
import type { ServerAddress } from './url.ts';

/** The schema of the store; `undefined` until it is known. */
export interface Schema {
  name: string | undefined;
}

export interface ConnectionLimits {
  readonly poolSize: number;
  /** How long to wait for a connection, new or pooled, in milliseconds. */
  readonly connectTimeout: number;
  readonly dial: Dial | undefined;
  /** How long to wait for one answer, in milliseconds. After that the connection is dropped. */
  readonly answerTimeout: number;
}

/**
 * Returns a pool of connections, each of which is checked before its first use.
 *
 * @param schema set by the first connection, unless it is in the URL
 */
export function poolOf(server: ServerAddress, limits: ConnectionLimits, schema: Schema): Pool {
  // The pool passes its options to the client and awaits the promise, which the driver's types do not declare.
  const reaching = {
    dial: limits.dial,
    onConnect: async (client: unknown) => {
      if (!(client instanceof StoreClient)) return;
      const { current, takesWrites } = await client.greet();
      if (server.mustWrite && !takesWrites) throw new TakesNoWrites('the server is a standby');
      schema.name ??= current;
    },
  };
  const pool = new Pool({
    ...server,
    ...reaching,
    Client: StoreClient,
    application_name: server.applicationName,
    password: () => findPassword(server, process.env),
    max: limits.poolSize,
    connectionTimeoutMillis: limits.connectTimeout,
    query_timeout: limits.answerTimeout,
    keepAlive: true,
    pipeline: true,
  });
  // A connection that breaks while idle has already left the pool. One that breaks in use fails its statements.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}

/** A driver connection that can use a custom dialler and detects poolers. */
class StoreClient extends Client {
  #announcedProcess: number | undefined;
  /** Whether every statement reaches the same server session, so that prepared statements can be reused. */
  ownSession = false;

  constructor(config?: ClientConfig & { readonly dial?: Dial | undefined }) {
    super(config);
    if (config?.dial !== undefined) reachBy(config.dial, this.connection);
    let awaitsTls = config?.ssl !== undefined && config.ssl !== false;
    this.connection.once('sslconnect', () => {
      awaitsTls = false;
    });
    this.connection.on('error', (error: unknown) => {
      if (awaitsTls && error instanceof Error && !('code' in error)) Object.assign(error, { code: NO_TLS });
      // The driver leaves its socket open when it aborts a handshake, for example without a password.
      this.connection.stream.destroy();
    });
    this.connection.on('backendKeyData', ({ processID }: { readonly processID: number }) => {
      this.#announcedProcess = processID;
    });
  }

  /**
   * Asks the server about the session. A server announces the process number that serves the connection,
   * while a pooler invents one. If the process that answers has a different number, a pooler is in between.
   *
   * @returns the schema in which an unqualified new table would be created, and whether the server accepts
   *   writes
   */
  async greet(): Promise<{ readonly current: string | undefined; readonly takesWrites: boolean }> {
    const { rows } = await this.query<[number, string | null, string]>({
      text: "SELECT pg_backend_pid(), current_schema(), current_setting('transaction_read_only')",
      rowMode: 'array',
    });
    const [process, schema, readOnly] = rows[0] ?? [];
    this.ownSession = process === this.#announcedProcess;
    return { current: schema ?? undefined, takesWrites: readOnly === 'off' };
  }
}

/** The driver's signature: there is no host for a Unix socket. */
type Reachable = Connection & { connect?: (port: number | string, host?: string) => void };

/** Makes the driver's connection take a socket from `dial` instead of connecting its own. */
function reachBy(dial: Dial, connection: Reachable): void {
  const connect = connection.connect?.bind(connection);
  connection.connect = (port, host) => {
    if (host === undefined) {
      connect?.(port);
      return;
    }
    const given = new AbortController();
    // At its time limit the pool destroys the stream, which at this point is a socket that was never connected.
    connection.stream.once('close', () => given.abort(new Error('no connection in time')));
    dial(host, Number(port), given.signal).then(
      (socket) => {
        Object.assign(connection, { stream: asIfConnecting(socket) });
        connect?.(port, host);
      },
      (error: unknown) => connection.emit('error', error),
    );
  };
}

/** The driver calls `connect` and waits for the event, but this socket is already connected. */
function asIfConnecting(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}
