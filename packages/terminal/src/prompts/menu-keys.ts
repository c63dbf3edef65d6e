/**
 * Lets a menu of the prompt library, which knows only arrow keys, accept numbers too: a number moves to its line, Enter
 * chooses it. The library does not expose its cursor, so every key passes through here, and unknown keys are dropped.
 */
import { DOWN, SPECIAL_KEY, SPECIAL_KEY_BEGUN, UP } from '../output/escape-sequences.ts';

const KEY = new RegExp(`${SPECIAL_KEY}|([1-9])|([jk])`, 'gu');
const BEGUN = new RegExp(SPECIAL_KEY_BEGUN, 'u');

export class MenuKeys {
  readonly #length: number;
  #cursor = 0;
  #begun = '';

  constructor(length: number) {
    this.#length = length;
  }

  /** Returns arrow keys for the library. */
  translate(keys: string): string {
    const all = this.#begun + keys;
    this.#begun = BEGUN.exec(all)?.[0] ?? '';
    let out = '';
    for (const [, special, digit, letter] of all.matchAll(KEY)) {
      if (digit !== undefined && Number(digit) <= this.#length)
        out += this.#move(Number(digit) - 1 - this.#cursor);
      else if (special === 'A' || letter === 'k') out += this.#move(-1);
      else if (special === 'B' || letter === 'j') out += this.#move(1);
    }
    return out;
  }

  /** The library's cursor wraps around at both ends. */
  #move(by: number): string {
    this.#cursor = (this.#cursor + by + this.#length) % this.#length;
    return (by < 0 ? UP : DOWN).repeat(Math.abs(by));
  }
}
