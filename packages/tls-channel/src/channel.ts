/**
 * The pump between a TLS socket and messages, the same for both sides.
 *
 * 1. Bytes that come are given to the `Connection` at once. Since the two sides speak in turn, it lets through at most
 *    one message that nobody has asked for yet and an `error` behind it; everything more is a broken rule. So a peer can
 *    make this side hold two messages and one frame, whether anybody reads or not.
 * 2. Messages that go out are waited for until the system has taken their bytes, so that a peer that does not read
 *    gets no further than one answer.
 * 3. A wait for a message ends when it was due to end from its beginning: only a complete message or an outcome ends it
 *    earlier, and bytes of an incomplete one change nothing.
 * 4. No error of the socket goes unheard: a peer can end its channel, never the program.
 */
import type { TLSSocket } from 'node:tls';
import { Connection, type Message, RemoteProtocolError, type Role } from '@countersign/wire-protocol';
import { type Deadline, SYSTEM_TIMERS, type Timers, within } from './deadline.ts';
import { ChannelError } from './errors.ts';
import { channelBinding } from './tls-options.ts';

/** How long a peer may take to read one message, in ms, unless the caller says otherwise. */
const SEND_TIMEOUT = 30_000;
/** How long the other side may take to end its half once this side has ended. */
const CLOSE_TIMEOUT = 2_000;

export class Channel {
  /** The pin of the server's certificate: the peer's at the client, one's own at the server. */
  readonly pin: string;
  /** RFC 9266 `tls-exporter`: 32 bytes, the same at both ends, no secret. For one authentication only (§4.1). */
  readonly binding: Uint8Array;
  readonly remoteAddress: string;
  /** Resolves when nothing more can come: the other side has ended, said `error`, broken a rule, or is gone. */
  readonly ended: Promise<void>;
  /** Resolves when the socket is closed, by whichever side. */
  readonly gone: Promise<void>;

  readonly #socket: TLSSocket;
  readonly #connection: Connection;
  readonly #timers: Timers;
  readonly #inbox: Message[] = [];
  #outcome: ChannelError | 'ended' | undefined;
  #markEnded: () => void = () => {};
  #wake: (() => void) | undefined;

  /** For a socket whose handshake is done and checked; the channel owns it from here on. */
  constructor({
    socket,
    role,
    pin,
    timers = SYSTEM_TIMERS,
  }: {
    socket: TLSSocket;
    role: Role;
    pin: string;
    timers?: Timers;
  }) {
    this.#socket = socket;
    this.#timers = timers;
    this.#connection = new Connection({ role });
    this.pin = pin;
    this.binding = channelBinding(socket);
    this.remoteAddress = socket.remoteAddress ?? '';
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
    socket.on('close', () => this.#finish(new ChannelError('closed', 'the connection is closed')));
  }

  /**
   * Sends a message; resolves when the system has taken its bytes. Rejects with `LocalProtocolError` when it may not
   * be sent now, with `ChannelError` 'closed', 'timeout' (the channel is then destroyed) or 'protocol', or with the
   * signal's reason. When the other side's `error` has already come and waits to be received, the message is dropped,
   * as it would be if the two had crossed on their way.
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
   * The next message, or `undefined` when the other side has ended after a whole one. `timeout` counts from this call,
   * however many bytes of a message arrive meanwhile. Rejects with `ChannelError` 'protocol' (its cause is the broken
   * rule; a server's channel has already sent the client an `error`), 'closed', 'timeout', or with the signal's reason;
   * after these two the channel is as it was, and a message that arrives later is not lost. One call at a time:
   * `TypeError` for a second.
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
   * Ends this side after what was sent has been written, and waits until the other side has ended too: at most
   * `timeout` ms (2 s), then the socket is destroyed. What still comes is dropped. Never rejects.
   */
  async close({ timeout = CLOSE_TIMEOUT }: { timeout?: number } = {}): Promise<void> {
    this.#socket.end();
    const cancel = this.#timers.after(timeout, () => this.destroy());
    await this.gone;
    cancel();
  }

  /** Ends the connection at once; what was being sent or received rejects with 'closed'. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Runs what looks at the peer's bytes; once there is an outcome nothing of the peer is looked at any more. */
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

  /** The other side broke a rule. (Or there is a fault in reading it, which must not end the program either.) */
  #breakOff(cause: unknown): void {
    const message = cause instanceof RemoteProtocolError ? cause.message : 'a message could not be read';
    this.#finish(new ChannelError('protocol', message, { cause }));
    if (cause instanceof RemoteProtocolError && this.#connection.role === 'server' && this.#socket.writable)
      this.#socket.write(this.#connection.send({ type: 'error', code: 'protocol', message }));
  }

  /** The first outcome stays. */
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
