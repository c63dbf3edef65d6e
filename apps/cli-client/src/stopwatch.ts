/** Adds up the milliseconds of several stretches of time. */
export class Stopwatch {
  #total = 0;
  #since: number | undefined;

  /** Without effect while it runs. */
  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    if (this.#since !== undefined) this.#total += performance.now() - this.#since;
    this.#since = undefined;
  }

  get milliseconds(): number {
    return this.#total;
  }
}
