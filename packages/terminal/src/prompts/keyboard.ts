/**
 * Reads a terminal's keys from the first question to the last. Meanwhile the terminal echoes nothing, so that a password
 * typed too early is not on the screen; it waits for its question. Ctrl-C arrives here as a byte, since the terminal sends
 * no signals in raw mode.
 */
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Io } from '../program/io.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
/** Ends an answer. */
const STOP = new RegExp(`[\\r${CTRL_D}]`);
/**
 * Enter is a return; programs that drive a terminal often send a line feed, and pasted text can contain any line end.
 * (Newer versions of Node break a line at the last two, and drop the text before.)
 */
const LINE_END = /\r?\n|\u2028|\u2029/g;
const EDITING = '\u0001-\u0019\u001b\u007f';
/** Controls that edit nothing, such as Ctrl-Z, and would become part of the answer. */
const IDLE = new RegExp(`[^\\P{Cc}${EDITING}]`, 'gu');
/** Replaces bytes that are not UTF-8. */
export const UNREADABLE = '\ufffd';
/** More than a person types ahead; a pasted file is not an answer. */
const MAX_TYPED_AHEAD = 8192;

/** Turns of the event loop, to read what the terminal has buffered. */
const TURNS = 3;

/** Changes the keys up to the next Enter on their way to a question; the default leaves them as they are. */
export type Translate = (keys: string) => string;

/** The question that has the keys. */
interface Asked {
  readonly source: Readable;
  readonly onEnd: () => void;
  readonly translate: Translate;
}

export class Keyboard {
  readonly #io: Io;
  readonly #decoder = new StringDecoder('utf8');
  #typed = '';
  #held = false;
  #question: Asked | undefined;
  #feeding = false;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(io: Io) {
    this.#io = io;
  }

  /** Questions that are asked at the same time are put one after the other, each in raw mode. */
  inTurn<T>(put: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(() => {
      this.#io.signal.throwIfAborted();
      this.#hold();
      return put();
    });
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  #hold(): void {
    if (this.#held) return;
    this.#held = true;
    const { stdin } = this.#io;
    stdin.setRawMode?.(true);
    stdin.on('data', this.#onData);
    stdin.on('end', this.#onClosed);
    stdin.on('error', this.#onClosed);
    stdin.resume();
    process.on('SIGCONT', this.#onContinue);
  }

  /** Discards what was typed so far, including what the terminal has buffered. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
    this.#typed = '';
  }

  /** Restores the terminal. Text that was typed ahead is discarded. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#typed = '';
    const { stdin } = this.#io;
    stdin.off('data', this.#onData);
    stdin.off('end', this.#onClosed);
    stdin.off('error', this.#onClosed);
    stdin.pause();
    stdin.setRawMode?.(false);
    process.off('SIGCONT', this.#onContinue);
  }

  /**
   * Returns the keys as a stream for one question, up to one Enter at a time, so that the answer to the next question stays
   * for the next.
   * @param onEnd called after Ctrl-D, when the terminal was closed, or the run was interrupted
   */
  open(onEnd: () => void, translate: Translate = String): Readable {
    const source = new Readable({ read() {} });
    this.#question = { source, onEnd, translate };
    this.#io.signal.addEventListener('abort', this.#end, { once: true });
    if (this.#io.stdin.readableEnded || this.#io.stdin.destroyed) this.#typed += CTRL_D;
    this.#feed();
    return source;
  }

  close(): void {
    this.#io.signal.removeEventListener('abort', this.#end);
    this.#question?.source.destroy();
    this.#question = undefined;
  }

  readonly #end = (): void => this.#question?.onEnd();

  readonly #onData = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk));
    if (text.includes(CTRL_C)) {
      this.#typed = '';
      this.#io.interrupt();
      return;
    }
    const keys = text.replaceAll(LINE_END, '\r').replaceAll(IDLE, '');
    if (this.#typed.length + keys.length <= MAX_TYPED_AHEAD) this.#typed += keys;
    this.#feed();
  };

  readonly #onClosed = (): void => {
    this.#typed += CTRL_D;
    this.#feed();
  };

  /** When a stopped program continues, the terminal is in the shell's mode. */
  readonly #onContinue = (): void => {
    this.#io.stdin.setRawMode?.(false);
    this.#io.stdin.setRawMode?.(true);
  };

  #feed(): void {
    const question = this.#question;
    if (this.#feeding || question === undefined || this.#typed === '') return;
    const end = this.#typed.search(STOP);
    const keys = end === -1 ? this.#typed : this.#typed.slice(0, end);
    const stop = end === -1 ? '' : this.#typed.charAt(end);
    this.#typed = this.#typed.slice(keys.length + stop.length);
    if (stop === CTRL_D) {
      this.#end();
      return;
    }
    const translated = question.translate(keys) + stop;
    if (translated !== '') question.source.push(translated);
    // The question may be answered now; the rest is for the next one.
    this.#feeding = true;
    setImmediate(() => {
      this.#feeding = false;
      this.#feed();
    });
  }
}
