/**
 * A terminal's keys, held from the first question to the last. While they are held the terminal echoes nothing,
 * so that a password typed a moment too early is not on the screen; what is typed early waits for its question.
 * Ctrl-C arrives here as a byte, since a held terminal sends no signals.
 */
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Io } from './io.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
/** What ends an answer. */
const STOP = new RegExp(`[\\r${CTRL_D}]`);
/**
 * Enter is a return; programs that drive a terminal often send a line feed, and pasted text may hold any line
 * end. (Newer versions of Node break a line at the last two by themselves, and forget what was before.)
 */
const LINE_END = /\r?\n|\u2028|\u2029/g;
const EDITING = '\u0001-\u0019\u001b\u007f';
/** Controls that edit nothing (Ctrl-Z and its like among them) and would end up in the answer. */
const IDLE = new RegExp(`[^\\P{Cc}${EDITING}]`, 'gu');
/** Stands where the terminal sent bytes that are no UTF-8. */
export const UNREADABLE = '\ufffd';
/** More than anybody types ahead; a pasted file is not an answer. */
const MAX_TYPED_AHEAD = 8192;

/** Of the event loop, to read what waits in the terminal. */
const TURNS = 3;

/** What the keys up to the next Enter become on their way to a question; the default is to pass them on. */
export type Translate = (keys: string) => string;

export class Keyboard {
  readonly #io: Io;
  readonly #decoder = new StringDecoder('utf8');
  #typed = '';
  #held = false;
  #onEnd: (() => void) | undefined;
  #source: Readable | undefined;
  #translate: Translate | undefined;
  #feeding = false;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(io: Io) {
    this.#io = io;
  }

  /** Questions asked at the same time are put one after the other, each with the terminal held. */
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

  /** Forgets what was typed so far, also what the terminal still holds. */
  async drain(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
    this.#typed = '';
  }

  /** Gives the terminal back as it was. What was typed ahead is forgotten. */
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
   * The keys as a stream for one question, an Enter at a time, so that the answer to the next question stays
   * for the next. `onEnd`: Ctrl-D, the terminal went away, or the run was interrupted.
   */
  open(onEnd: () => void, translate?: Translate): Readable {
    this.#source = new Readable({ read() {} });
    this.#onEnd = onEnd;
    this.#translate = translate;
    this.#io.signal.addEventListener('abort', this.#end, { once: true });
    if (this.#io.stdin.readableEnded || this.#io.stdin.destroyed) this.#typed += CTRL_D;
    this.#feed();
    return this.#source;
  }

  close(): void {
    this.#io.signal.removeEventListener('abort', this.#end);
    this.#source?.destroy();
    this.#source = undefined;
    this.#onEnd = undefined;
    this.#translate = undefined;
  }

  readonly #end = (): void => this.#onEnd?.();

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

  /** Whoever continues a stopped program finds the terminal in the shell's mode. */
  readonly #onContinue = (): void => {
    this.#io.stdin.setRawMode?.(false);
    this.#io.stdin.setRawMode?.(true);
  };

  #feed(): void {
    if (this.#feeding || this.#source === undefined || this.#typed === '') return;
    const end = this.#typed.search(STOP);
    const keys = end === -1 ? this.#typed : this.#typed.slice(0, end);
    const stop = end === -1 ? '' : this.#typed.charAt(end);
    this.#typed = this.#typed.slice(keys.length + stop.length);
    if (stop === CTRL_D) {
      this.#end();
      return;
    }
    const translated = (this.#translate?.(keys) ?? keys) + stop;
    if (translated !== '') this.#source.push(translated);
    // The question may be answered now; the rest is for whoever is asking after that.
    this.#feeding = true;
    setImmediate(() => {
      this.#feeding = false;
      this.#feed();
    });
  }
}
