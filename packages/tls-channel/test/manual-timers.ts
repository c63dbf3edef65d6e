import type { Timers } from '../src/index.ts';

/** A monotonic clock that stands still until a test moves it. */
export class ManualTimers implements Timers {
  #now = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly ring: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, ring: () => void): () => void {
    const timer = { at: this.#now + milliseconds, ring };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  }

  /** The number of pending timers. */
  get waiting(): number {
    return this.#waiting.size;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#waiting].filter(({ at }) => at <= this.#now)) {
      this.#waiting.delete(timer);
      timer.ring();
    }
  }
}
