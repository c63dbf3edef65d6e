/**
 * Lines from a keyboard whose terminal cannot be drawn on: stderr is redirected (`2>log`), or the terminal is dumb. The
 * terminal would echo passwords, so the keys are read and edited here: Backspace, Ctrl-U, Enter. Text that is not secret
 * is echoed on stderr if that is a terminal.
 */
import { ESC } from '../output/escape-sequences.ts';
import { printable } from '../output/sanitise.ts';
import type { Io } from '../program/io.ts';
import { Keyboard, UNREADABLE } from './keyboard.ts';
import { type Line, type LineQuestion, type LineSource, NOT_UTF8 } from './line-source.ts';

const ERASE_ONE = ['\b', '\u007f'];
const ERASE_ALL = '\u0015';
/** A whole special key, a character, or a control. */
const KEY = new RegExp(`${ESC}(?:O.|\\[[0-9;]*[A-Za-z~])?|[^]`, 'gu');

export class TypedLines implements LineSource {
  readonly #io: Io;
  readonly #keyboard: Keyboard;

  constructor(io: Io) {
    this.#io = io;
    this.#keyboard = new Keyboard(io);
  }

  next(signal: AbortSignal, question: LineQuestion): Promise<Line> {
    return this.#keyboard.inTurn(() => this.#read(signal, question));
  }

  /** Lines that a person types ahead do not count. */
  async hasMore(): Promise<boolean> {
    return false;
  }

  close(): void {
    this.#keyboard.release();
  }

  async #read(signal: AbortSignal, { shown, secret }: LineQuestion): Promise<Line> {
    this.#show(`${shown}: `);
    const line = await new Promise<Line>((resolve) => {
      let typed: readonly string[] = [];
      const keys = this.#keyboard.open(() => resolve({ ended: 'closed' }));
      keys.setEncoding('utf8').on('data', (chunk: string) => {
        for (const [key] of chunk.matchAll(KEY)) {
          if (key === '\r') resolve(lineOf(typed.join('')));
          const before = typed.length;
          typed = edited(typed, key);
          if (!secret) this.#show(typed.slice(before).join(''), before - typed.length);
        }
      });
    });
    this.#keyboard.close();
    this.#show('\n');
    signal.throwIfAborted();
    return line;
  }

  /** @param erased columns to erase first */
  #show(text: string, erased = 0): void {
    if (this.#io.stderr.isTTY === true)
      this.#io.stderr.write('\b \b'.repeat(Math.max(0, erased)) + printable(text));
  }
}

function edited(typed: readonly string[], key: string): readonly string[] {
  if (ERASE_ONE.includes(key)) return typed.slice(0, -1);
  if (key === ERASE_ALL) return [];
  return /^\p{Cc}/u.test(key) ? typed : [...typed, key];
}

function lineOf(text: string): Line {
  return text.includes(UNREADABLE) ? { wrong: NOT_UTF8 } : { text };
}
