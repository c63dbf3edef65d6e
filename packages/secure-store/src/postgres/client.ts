/** One connection of the driver: how it reaches its server, and what is asked of it before it is used. */
import type { Socket } from 'node:net';
import { Client, type ClientConfig, type Connection } from 'pg';

/** Opens a TCP connection. Rejects with the system's error, or with the signal's reason. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

export interface StoreClientConfig extends ClientConfig {
  /** Not given: the driver connects as Node does, which gives each address of a name 250 ms. */
  readonly dial?: Dial | undefined;
}

export class StoreClient extends Client {
  #announcedProcess: number | undefined;
  /** Whether every statement reaches the same session of the server, so that a prepared statement is found again. */
  ownSession = false;

  constructor(config?: StoreClientConfig) {
    super(config);
    if (config?.dial !== undefined) reachBy(config.dial, this.connection);
    // The driver leaves its socket open when it gives up a handshake by itself, as without a password.
    this.connection.on('error', () => this.connection.stream.destroy());
    this.connection.on('backendKeyData', ({ processID }: { readonly processID: number }) => {
      this.#announcedProcess = processID;
    });
  }

  /**
   * A server announces the number of the process that serves the connection; a pooler, which has many, makes one up. So
   * when the process that answers has another number, something pools in between.
   *
   * @returns the schema that a bare name of a new table would lie in, and whether the server takes writes
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

/** As the driver has it, without a host for a Unix socket. */
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
    // At its time limit the pool destroys the stream, which until then is a socket that was never connected.
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

/** The driver calls `connect` and waits for the event: this socket is connected already. */
function asIfConnecting(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}
