/** One driver connection: how it reaches its server, and what it checks before use. */
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type Connection } from 'pg';
import type { Dial } from './dial.ts';
import { markWithoutTls } from './errors.ts';

/** The driver's options and `dial`. */
export interface StoreClientConfig extends ClientConfig {
  /** By default the driver connects as Node does, which allows 250 ms for each address of a name. */
  readonly dial?: Dial | undefined;
}

/** A driver connection that can use a custom dialler and detects poolers. */
export class StoreClient extends Client {
  #announcedProcess: number | undefined;
  /** Whether every statement reaches the same server session, so that prepared statements can be reused. */
  ownSession = false;

  constructor(config?: StoreClientConfig) {
    super(config);
    if (config?.dial !== undefined) reachBy(config.dial, this.connection);
    let awaitsTls = config?.ssl !== undefined && config.ssl !== false;
    this.connection.once('sslconnect', () => {
      awaitsTls = false;
    });
    this.connection.on('error', (error: unknown) => {
      if (awaitsTls && error instanceof Error && !('code' in error)) markWithoutTls(error);
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
  async greet(): Promise<{ readonly schema: string | undefined; readonly takesWrites: boolean }> {
    const { rows } = await this.query<[number, string | null, string]>({
      text: "SELECT pg_backend_pid(), current_schema(), current_setting('transaction_read_only')",
      rowMode: 'array',
    });
    const [process, schema, readOnly] = rows[0] ?? [];
    this.ownSession = process === this.#announcedProcess;
    return { schema: schema ?? undefined, takesWrites: readOnly === 'off' };
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
    // At its time limit the pool destroys the stream, which at this point is a socket that was never
    // connected.
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
