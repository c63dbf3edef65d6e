/**
 * Lines from a pipe or file, in order. Bytes stay as they are, except that one line end (`\n` or `\r\n`) is removed from each
 * line. Reads only while a caller waits, so that an endless input costs nothing. Lines can be secrets: bytes are wiped when
 * they have become text.
 */
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { untilAborted } from '../files/whole-file.ts';
import { type Line, type LineSource, NOT_UTF8 } from './line-source.ts';

/** Longest line in bytes. Passwords have at most 256 characters. */
const MAX_LINE = 4096;
/** Turns of the event loop: to begin reading, to receive bytes, and one to spare. */
const TURNS = 3;
const LINE_FEED = 0x0a;

export class LineReader implements LineSource {
  readonly #stream: Readable;
  #pending: Buffer = Buffer.alloc(0);
  /** The answer to every further call. */
  #over: Line | undefined;
  #started = false;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #onArrival: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /**
   * Returns the next line; after the end or a failure always the same answer. Rejects only with the reason of `signal`; the
   * line is then left to the next caller.
   */
  next(signal: AbortSignal): Promise<Line> {
    this.#start();
    const turn = this.#lastTurn.then(() => this.#read(signal));
    // Without the line, which can be a secret: this promise is kept.
    const over = () => undefined;
    this.#lastTurn = turn.then(over, over);
    return turn;
  }

  async hasMore(most = 0): Promise<boolean> {
    if (!this.#started && most === 0) return false;
    this.#start();
    // Data in a pipe is read in the next turns of the event loop.
    for (let turn = 0; turn < TURNS && this.#arrived() <= most; turn++) {
      this.#stream.resume();
      await nextTurn();
    }
    this.#stream.pause();
    return this.#arrived() > most;
  }

  /** Stops reading until the next call of `next`. */
  close(): void {
    this.#stream.pause();
  }

  async #read(signal: AbortSignal): Promise<Line> {
    signal.throwIfAborted();
    for (;;) {
      const line = this.#take();
      if (line) return line;
      const arrival = new Promise<void>((resolve) => {
        this.#onArrival = resolve;
      });
      this.#stream.resume();
      await untilAborted(signal, arrival).finally(() => this.#stream.pause());
    }
  }

  /** Lines that are here, an incomplete one included. */
  #arrived(): number {
    const { length } = this.#pending;
    const ends = this.#pending.reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 0);
    return length === 0 || this.#pending[length - 1] === LINE_FEED ? ends : ends + 1;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#stream.on('data', (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      const before = this.#pending;
      this.#pending = Buffer.concat([before, bytes]);
      before.fill(0);
      bytes.fill(0);
      this.#stream.pause();
      this.#onArrival?.();
    });
    const finish = (over: Line) => {
      this.#over ??= over;
      this.#onArrival?.();
    };
    this.#stream.on('end', () => finish({ ended: 'closed' }));
    this.#stream.on('close', () => finish({ ended: 'closed' }));
    this.#stream.on('error', (cause) => finish({ ended: 'failed', cause }));
    if (this.#stream.readableEnded || this.#stream.destroyed) finish({ ended: 'closed' });
  }

  #take(): Line | undefined {
    const end = this.#pending.indexOf(LINE_FEED);
    if (end === -1 && this.#pending.length <= MAX_LINE) {
      if (this.#over === undefined) return undefined;
      const isLastLine = 'ended' in this.#over && this.#over.ended === 'closed' && this.#pending.length > 0;
      if (!isLastLine) return this.#over;
    }
    const whole = end === -1 ? this.#pending : this.#pending.subarray(0, end);
    this.#pending = end === -1 ? Buffer.alloc(0) : this.#pending.subarray(end + 1);
    const bytes = end !== -1 && whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const line = bytes.length > MAX_LINE ? this.#overflow() : decoded(bytes);
    whole.fill(0);
    return line;
  }

  /** After a line that is too long, no other line is trusted to be the expected one. */
  #overflow(): Line {
    this.#pending = Buffer.alloc(0);
    this.#over = { wrong: `The line is longer than ${MAX_LINE} bytes.` };
    return this.#over;
  }
}

function decoded(bytes: Uint8Array): Line {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { wrong: NOT_UTF8 };
  }
}
