/**
 * A terminal's keys, held from the first question to the last. While they are held the terminal echoes nothing,
 * so that a password typed a moment too early is not on the screen; what is typed early waits for its question.
 * Ctrl-C arrives here as a byte, since a held terminal sends no signals.
 */
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Io } from './io.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_Z = '\u001a';
/** What ends an answer. */
const STOP = new RegExp(`[\\r${CTRL_D}]`);
/** More than anybody types ahead; a pasted file is not an answer. */
const MAX_TYPED_AHEAD = 8192;

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

  constructor(io: Io) {
    this.#io = io;
  }

  /** Takes the terminal; without effect when it is held already. */
  hold(): void {
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
   * for the next. `onEnd`: Ctrl-D, or the terminal went away.
   */
  open(onEnd: () => void, translate?: Translate): Readable {
    this.#source = new Readable({ read() {} });
    this.#onEnd = onEnd;
    this.#translate = translate;
    this.#feed();
    return this.#source;
  }

  close(): void {
    this.#source?.destroy();
    this.#source = undefined;
    this.#onEnd = undefined;
    this.#translate = undefined;
  }

  readonly #onData = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk));
    if (text.includes(CTRL_C)) {
      this.#typed = '';
      this.#io.interrupt();
      return;
    }
    // Programs that drive a terminal often end a line with a line feed where a keyboard sends a return.
    const keys = text.replaceAll(/\r?\n/g, '\r').replaceAll(CTRL_Z, '');
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
      this.#onEnd?.();
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
