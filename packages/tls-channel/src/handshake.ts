/** A connection to the listener, from TCP until the client has agreed on TLS. */
import type { Socket } from 'node:net';
import type { Timers } from './deadline.ts';
import { ChannelError } from './errors.ts';

/** A client that TCP has accepted. TLS follows. */
export interface Arrival {
  /** The address of the client, also behind a trusted relay. */
  readonly remoteAddress: string;
  /** When TCP accepted it, in milliseconds of `timers`. */
  readonly at: number;
  /** Resolves when the socket is closed, by either side. */
  readonly gone: Promise<void>;
  /** Closes the connection at once. */
  destroy(): void;
}

/** Reports at most one error, and closes the connection with it. */
export class Handshake implements Arrival {
  remoteAddress: string;
  readonly at: number;
  readonly gone: Promise<void>;
  readonly #socket: Socket;
  readonly #onError: (error: unknown, remoteAddress: string) => void;
  readonly #cancelDeadline: () => void;
  #isOver = false;

  /** @param options `timeout` in ms */
  constructor(
    socket: Socket,
    options: {
      readonly timers: Timers;
      readonly timeout: number;
      readonly onError: (error: unknown, remoteAddress: string) => void;
    },
  ) {
    const { timers, timeout, onError } = options;
    this.#socket = socket;
    this.#onError = onError;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.at = timers.now();
    this.#cancelDeadline = timers.after(timeout, () =>
      this.fail(new ChannelError('timeout', 'the handshake took too long')),
    );
    this.gone = new Promise((resolve) => {
      socket.once('close', () => {
        if (!this.#isOver)
          this.fail(new ChannelError('closed', 'the connection was closed before TLS was agreed'));
        resolve();
      });
    });
    // An error is followed by 'close', and without a listener it would end the program.
    socket.on('error', () => {});
  }

  /** Ends the handshake: cancels its deadline and stops reporting errors. */
  finish(): void {
    this.#isOver = true;
    this.#cancelDeadline();
  }

  /** Reports the error and closes the connection. */
  fail(error: unknown): void {
    if (!this.#isOver) this.#onError(error, this.remoteAddress);
    this.destroy();
  }

  destroy(): void {
    this.finish();
    this.#socket.destroy();
  }
}
