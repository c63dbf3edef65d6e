/**
 * Lines from a keyboard whose terminal cannot be drawn on: stderr leads elsewhere (`2>log`), or the terminal is
 * dumb. The terminal itself would echo passwords there, so the keys are held and edited here: Backspace, Ctrl-U,
 * Enter. What is no secret is shown again where there is something to show it on.
 */
import { StringDecoder } from 'node:string_decoder';
import { ESC } from './escape-sequences.ts';
import type { Io } from './io.ts';
import { Keyboard } from './keyboard.ts';
import type { Line, LineQuestion, LineSource } from './line-source.ts';
import { printable } from './sanitise.ts';

const ERASE_ONE = ['\b', '\u007f'];
const ERASE_ALL = '\u0015';
/** A special key whole, a character, or a control. */
const KEY = new RegExp(`${ESC}(?:O.|\\[[0-9;]*[A-Za-z~])?|[^]`, 'gu');

export class TypedLines implements LineSource {
  readonly #io: Io;
  readonly #keyboard: Keyboard;
  #last: Promise<unknown> = Promise.resolve();

  constructor(io: Io) {
    this.#io = io;
    this.#keyboard = new Keyboard(io);
  }

  next(signal: AbortSignal, question: LineQuestion): Promise<Line> {
    const line = this.#last.then(() => this.#read(signal, question));
    this.#last = line.catch(() => undefined);
    return line;
  }

  close(): void {
    this.#keyboard.release();
  }

  async #read(signal: AbortSignal, { shown, secret }: LineQuestion): Promise<Line> {
    signal.throwIfAborted();
    this.#keyboard.hold();
    this.#show(`${shown}: `);
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<Line>((resolve, reject) => {
        onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        const decoder = new StringDecoder('utf8');
        let typed: readonly string[] = [];
        const keys = this.#keyboard.open(() => resolve({ kind: 'end' }));
        keys.on('data', (chunk: Uint8Array) => {
          for (const [key] of decoder.write(Buffer.from(chunk)).matchAll(KEY)) {
            if (key === '\r') {
              resolve({ kind: 'line', bytes: new TextEncoder().encode(typed.join('')) });
              return;
            }
            const before = typed;
            typed = edited(typed, key);
            if (!secret) this.#redraw(before, typed);
          }
        });
      });
    } finally {
      if (onAbort) signal.removeEventListener('abort', onAbort);
      this.#keyboard.close();
      this.#show('\n');
    }
  }

  #redraw(before: readonly string[], after: readonly string[]): void {
    if (after.length > before.length) this.#show(after.slice(before.length).join(''));
    else this.#erase(before.length - after.length);
  }

  #show(text: string): void {
    if (this.#io.stderr.isTTY === true) this.#io.stderr.write(printable(text));
  }

  #erase(count: number): void {
    if (this.#io.stderr.isTTY === true) this.#io.stderr.write('\b \b'.repeat(count));
  }
}

function edited(typed: readonly string[], key: string): readonly string[] {
  if (ERASE_ONE.includes(key)) return typed.slice(0, -1);
  if (key === ERASE_ALL) return [];
  return /^\p{Cc}/u.test(key) ? typed : [...typed, key];
}
