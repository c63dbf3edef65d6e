/**
 * Lets a menu of the prompt library, which knows arrow keys only, take numbers too: a number moves to its line,
 * Enter takes it. The library does not tell where its cursor stands, so every key passes here and only the ones
 * that this knows go on.
 */
import { DOWN, SPECIAL_KEY, SPECIAL_KEY_BEGUN, UP } from './escape-sequences.ts';

const KEY = new RegExp(`${SPECIAL_KEY}|([1-9])|([jk])`, 'gu');
const BEGUN = new RegExp(SPECIAL_KEY_BEGUN, 'u');

export class MenuKeys {
  readonly #length: number;
  #cursor = 0;
  #begun = '';

  constructor(length: number) {
    this.#length = length;
  }

  /** Arrow keys for the library. */
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

  /** The library's cursor goes round at both ends. */
  #move(by: number): string {
    this.#cursor = (this.#cursor + by + this.#length) % this.#length;
    return (by < 0 ? UP : DOWN).repeat(Math.abs(by));
  }
}
