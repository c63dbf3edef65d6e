/** A client's connection with as little as possible between the socket and the messages. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { type ClientMessage, Connection, type ServerMessage } from '@countersign/wire-protocol';

export interface TalkOptions {
  readonly port: number;
  /** The client's own loopback address; by default any. */
  readonly source?: string | undefined;
  /** Ends the connection. */
  readonly signal?: AbortSignal | undefined;
}

/** Answered with an `error`. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;

  constructor(code: string) {
    super(`refused: ${code}`);
    this.code = code;
  }
}

/** Asks and waits for the answer. */
export class Talk {
  readonly binding: Uint8Array;
  readonly #socket: TLSSocket;
  readonly #connection = new Connection({ role: 'client' });
  #answered: (answer: ServerMessage | Error) => void = () => {};

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.binding = new Uint8Array(
      socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    );
    socket.on('data', (bytes: Buffer) => {
      for (const message of this.#connection.receive(bytes)) this.#answered(message as ServerMessage);
    });
    socket.on('close', () => this.#answered(new Error('the connection was closed')));
  }

  static async begin({ port, source, signal }: TalkOptions): Promise<Talk> {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ...(source === undefined ? {} : { localAddress: source }),
      ALPNProtocols: ['countersign/1'],
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
    });
    socket.setNoDelay();
    signal?.addEventListener('abort', () => socket.destroy(), { once: true });
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close').then(closedEarly)]);
    socket.on('error', () => {});
    return new Talk(socket);
  }

  /** @throws {Refused} when the answer is an `error` */
  async ask<T extends ServerMessage['type']>(
    message: ClientMessage,
    type: T,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    const answer = new Promise<ServerMessage | Error>((resolve) => {
      this.#answered = resolve;
    });
    this.#socket.write(this.#connection.send(message));
    const answered = await answer;
    if (answered instanceof Error) throw answered;
    if (answered.type === 'error') throw new Refused(answered.code);
    if (answered.type !== type) throw new Error(`${type} expected, ${answered.type} received`);
    return answered as Extract<ServerMessage, { type: T }>;
  }

  async end(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.end();
    await closed;
  }
}

function closedEarly(): never {
  throw new Error('the connection was closed before it was open');
}
