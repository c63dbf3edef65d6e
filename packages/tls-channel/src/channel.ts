/**
 * Carries messages over a TLS socket, for both sides.
 *
 * 1. Incoming bytes go to the `Connection` at once. Since the two sides take turns, it accepts at most one
 *    message that has not been received yet and an `error` after it; anything more is a protocol violation. A
 *    peer can therefore make this side buffer at most two messages and one frame.
 * 2. Sending waits until the system has taken the bytes, so a peer that does not read gets no further than
 *    one answer.
 * 3. The deadline of a wait for a message is fixed when it begins. Only a complete message or the end of the
 *    channel ends it earlier; bytes of an incomplete message do not extend it.
 * 4. Every socket error is handled: a peer can end its channel, but never the program.
 */
import type { TLSSocket } from 'node:tls';
import { Connection, type Message, RemoteProtocolError, type Role } from '@countersign/wire-protocol';
import { type Deadline, SYSTEM_TIMERS, type Timers, within } from './deadline.ts';
import { ChannelError } from './errors.ts';
import { channelBinding } from './tls-options.ts';

/** How long a peer may take to read one message, in ms, by default. */
const SEND_TIMEOUT = 30_000;
/** How long to wait for the other side to end after this side has ended, in ms. */
const CLOSE_TIMEOUT = 2_000;

/** A TLS connection that carries messages. `connectTls` and `listenTls` create channels. */
export class Channel {
  /** The pin of the server's certificate, on both sides. */
  readonly pin: string;
  /** RFC 9266 `tls-exporter`: 32 bytes, equal at both ends, not secret. For one authentication (§4.1). */
  readonly binding: Uint8Array;
  /** The address of the other side; of the client, if it is behind a trusted relay. */
  readonly remoteAddress: string;
  /** Resolves when nothing more can be received: after the end, an `error` or a violation. */
  readonly ended: Promise<void>;
  /** Resolves when the socket is closed, by either side. */
  readonly gone: Promise<void>;

  readonly #socket: TLSSocket;
  readonly #connection: Connection;
  readonly #timers: Timers;
  readonly #inbox: Message[] = [];
  #outcome: ChannelError | 'ended' | undefined;
  #markEnded: () => void = () => {};
  #wake: (() => void) | undefined;

  /** Takes over a socket whose handshake has been completed and checked. */
  constructor({
    socket,
    role,
    pin,
    timers = SYSTEM_TIMERS,
    remoteAddress = socket.remoteAddress ?? '',
  }: {
    socket: TLSSocket;
    role: Role;
    pin: string;
    timers?: Timers | undefined;
    remoteAddress?: string | undefined;
  }) {
    this.#socket = socket;
    this.#timers = timers;
    this.#connection = new Connection({ role });
    this.pin = pin;
    this.binding = channelBinding(socket);
    this.remoteAddress = remoteAddress;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));

    socket.on('data', (bytes: Buffer) =>
      this.#take(() => this.#inbox.push(...this.#connection.receive(bytes))),
    );
    socket.on('end', () => {
      this.#take(() => this.#connection.end());
      this.#finish('ended');
    });
    socket.on('error', (cause) =>
      this.#finish(new ChannelError('closed', 'the connection was lost', { cause })),
    );
    socket.on('close', () => {
      // Most channels already have an outcome, and an error takes longer to create than a message to read.
      if (this.#outcome === undefined) this.#finish(new ChannelError('closed', 'the connection is closed'));
    });
  }

  /**
   * Sends a message. Resolves when the system has taken its bytes. If the other side's `error` has already
   * arrived and waits to be received, the message is dropped, as if the two had crossed.
   *
   * @throws {LocalProtocolError} wrong_state or another code if the message must not be sent now
   * @throws {ChannelError} closed
   * @throws {ChannelError} timeout; the channel is then destroyed
   * @throws {ChannelError} protocol
   * @throws the reason of the signal
   */
  async send(message: Message, { timeout = SEND_TIMEOUT, signal }: Deadline = {}): Promise<void> {
    if (this.#inbox.some(({ type }) => type === 'error')) return;
    if (this.#outcome instanceof ChannelError || !this.#socket.writable) throw this.#lost();
    const frame = this.#connection.send(message);
    const written = new Promise<void>((resolve, reject) => {
      this.#socket.write(frame, (cause) => (cause ? reject(this.#lost(cause)) : resolve()));
    });
    try {
      await within(written, { timeout, signal }, 'sending', this.#timers);
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /**
   * Receives the next message. `timeout` counts from this call, whatever bytes of a message arrive meanwhile.
   * After a timeout or abort the channel is unchanged, and a later message is not lost.
   *
   * @returns `undefined` when the other side has ended after a complete message
   * @throws {ChannelError} protocol; the cause is the violated rule, and a server has already sent the client
   *   an `error`
   * @throws {ChannelError} closed
   * @throws {ChannelError} timeout
   * @throws {TypeError} if another call is pending
   * @throws the reason of the signal
   */
  async receive({ timeout, signal }: Deadline = {}): Promise<Message | undefined> {
    signal?.throwIfAborted();
    if (this.#wake) throw new TypeError('"receive" expected to be called once at a time');
    if (this.#inbox.length === 0 && !this.#outcome) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        await within(woken, { timeout, signal }, 'waiting for the other side', this.#timers);
      } finally {
        this.#wake = undefined;
      }
    }
    const message = this.#inbox.shift();
    if (message) return message;
    if (this.#outcome instanceof ChannelError) throw this.#outcome;
    return undefined;
  }

  /**
   * Ends this side after pending data was written, and waits until the other side has ended too. After
   * `timeout` ms (2 s) the socket is destroyed. Further input is dropped. Never rejects.
   */
  async close({ timeout = CLOSE_TIMEOUT }: { timeout?: number | undefined } = {}): Promise<void> {
    this.#socket.end();
    const cancel = this.#timers.after(timeout, () => this.destroy());
    await this.gone;
    cancel();
  }

  /** Ends the connection at once. Pending calls reject with 'closed'. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Processes input from the peer. Once the channel has an outcome, all further input is ignored. */
  #take(look: () => void): void {
    if (this.#outcome) return;
    try {
      look();
      if (this.#connection.state === 'closed') this.#markEnded();
      if (this.#inbox.length > 0) this.#wake?.();
    } catch (cause) {
      this.#breakOff(cause);
    }
  }

  /** Ends the channel after a protocol violation, or a bug in reading, which must not end the program. */
  #breakOff(cause: unknown): void {
    const message = cause instanceof RemoteProtocolError ? cause.message : 'a message could not be read';
    this.#finish(new ChannelError('protocol', message, { cause }));
    if (cause instanceof RemoteProtocolError && this.#connection.role === 'server' && this.#socket.writable)
      this.#socket.write(this.#connection.send({ type: 'error', code: 'protocol', message }));
  }

  /** Records the outcome. Only the first one counts. */
  #finish(outcome: ChannelError | 'ended'): void {
    this.#outcome ??= outcome;
    this.#markEnded();
    this.#wake?.();
  }

  #lost(cause?: Error): ChannelError {
    if (this.#outcome instanceof ChannelError) return this.#outcome;
    return new ChannelError('closed', 'the connection is closed', { cause });
  }
}
