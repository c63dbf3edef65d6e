/** A token bucket: allows a number of things at once, and more as time goes by. */
export class Allowance {
  readonly #most: number;
  readonly #perMillisecond: number;
  #left: number;
  #at: number;

  /** @param options `now`: milliseconds */
  constructor({ most, perMinute, now }: { most: number; perMinute: number; now: number }) {
    this.#most = most;
    this.#perMillisecond = perMinute / 60_000;
    this.#left = most;
    this.#at = now;
  }

  /** Takes one token. Returns `false` if none is left. */
  take(now: number): boolean {
    const passed = Math.max(0, now - this.#at);
    this.#left = Math.min(this.#most, this.#left + passed * this.#perMillisecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
