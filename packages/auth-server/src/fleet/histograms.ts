/** Histograms of a running server, in seconds. An observation adds to two numbers and allocates nothing. */

/** The upper bounds of the buckets, in seconds. One more bucket is for everything above. */
export const BUCKET_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * What is measured: the TLS handshake of a client, from TCP's accept; what the server needs for `login.start`, for the proof
 * of the password and for a code; all of a completed login without the time that its client takes; reads and commits of the
 * store; and for each second of a process the longest delay of its event loop.
 */
export type HistogramName = 'handshake' | 'start' | 'proof' | 'code' | 'total' | 'read' | 'commit' | 'loop';

/** The observations of a histogram. */
export interface Distribution {
  /** The number in each bucket, not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One histogram. */
export class Spread {
  readonly #counts = new Array<number>(BUCKET_BOUNDS.length + 1).fill(0);
  #sum = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (seconds > (BUCKET_BOUNDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  add({ counts, sum }: Distribution): void {
    for (const [bucket, count] of counts.entries())
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#sum += sum;
  }

  /** Returns the observations so far. */
  read(): Distribution {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}
