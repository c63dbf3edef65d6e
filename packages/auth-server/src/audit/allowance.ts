/** A number of things that may be done at once, and of more as time goes by: a token bucket. */
export class Allowance {
  readonly #most: number;
  readonly #perMillisecond: number;
  #left: number;
  #at: number;

  /** `now` in milliseconds. */
  constructor({ most, perMinute, now }: { most: number; perMinute: number; now: number }) {
    this.#most = most;
    this.#perMillisecond = perMinute / 60_000;
    this.#left = most;
    this.#at = now;
  }

  /** Takes one. @returns `false` when none is left */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at);
    this.#left = Math.min(this.#most, this.#left + passed * this.#perMillisecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
