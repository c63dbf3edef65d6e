/**
 * Lines from a pipe or file, in order. Bytes stay as they are, except that one line end (`\n` or `\r\n`) is removed from each
 * line. Reads only while a caller waits, so that an endless input costs nothing. Lines can be secrets: bytes are wiped when
 * they have become text.
 */
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeLine, type Line, type LineSource, MAX_LINE } from './line-source.ts';

/** To begin reading, to receive bytes, and one to spare. */
const TURNS = 3;
const LINE_FEED = 0x0a;

export class LineReader implements LineSource {
  readonly #stream: Readable;
  #pending: Buffer = Buffer.alloc(0);
  readonly #waiting: ((line: Line) => void)[] = [];
  /** The answer to every further call. */
  #over: Line | undefined;
  #started = false;

  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /**
   * Returns the next line; after the end or a failure always the same answer. Rejects only with the reason of `signal`; the
   * line is then left to the next caller.
   */
  next(signal: AbortSignal): Promise<Line> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(answer), 1);
        this.#serve();
        reject(signal.reason);
      };
      const answer = (line: Line) => {
        signal.removeEventListener('abort', onAbort);
        resolve(line);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(answer);
      this.#start();
      this.#serve();
    });
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

  /** Lines that are here, an incomplete one included. */
  #arrived(): number {
    const { length } = this.#pending;
    const ends = this.#pending.reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 0);
    return length === 0 || this.#pending[length - 1] === LINE_FEED ? ends : ends + 1;
  }

  /** Stops reading until the next call of `next`. */
  close(): void {
    this.#stream.pause();
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
      this.#serve();
    });
    this.#stream.on('end', () => this.#finish({ kind: 'end' }));
    this.#stream.on('close', () => this.#finish({ kind: 'end' }));
    this.#stream.on('error', (cause) => this.#finish({ kind: 'failed', cause }));
    if (this.#stream.readableEnded || this.#stream.destroyed) this.#over = { kind: 'end' };
  }

  #finish(over: Line): void {
    this.#over ??= over;
    this.#serve();
  }

  /** Answers the waiting callers as far as the bytes suffice. */
  #serve(): void {
    let line = this.#waiting.length > 0 ? this.#take() : undefined;
    while (line) {
      this.#waiting.shift()?.(line);
      line = this.#waiting.length > 0 ? this.#take() : undefined;
    }
    if (this.#waiting.length > 0) this.#stream.resume();
    else this.#stream.pause();
  }

  #take(): Line | undefined {
    const end = this.#pending.indexOf(LINE_FEED);
    if (end === -1) {
      if (this.#pending.length > MAX_LINE) return this.#overflow();
      if (this.#over === undefined) return undefined;
      if (this.#over.kind !== 'end' || this.#pending.length === 0) return this.#over;
    }
    const whole = end === -1 ? this.#pending : this.#pending.subarray(0, end);
    this.#pending = end === -1 ? Buffer.alloc(0) : this.#pending.subarray(end + 1);
    const bytes = end !== -1 && whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
    const line = bytes.length > MAX_LINE ? this.#overflow() : decodeLine(bytes);
    whole.fill(0);
    return line;
  }

  /** After a line that is too long, no other line is trusted to be the expected one. */
  #overflow(): Line {
    this.#pending = Buffer.alloc(0);
    this.#over = { kind: 'too_long' };
    return this.#over;
  }
}
