/**
 * Compares times within one run. The candidates take turns, so that other work on the machine affects them
 * all, and medians are compared, so that a pause of the garbage collector or scheduler does not distort the
 * result.
 */

/** Does the work once and returns the milliseconds that count. */
export type Sample = () => number | Promise<number>;

/** The measurements of one candidate, in milliseconds. */
export interface Times {
  readonly median: number;
  /** The 10th and the 90th percentile. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

export interface MeasureOptions {
  /** Seconds for all candidates together, after the warm-up. */
  readonly seconds?: number;
  /** Turns that are not counted. */
  readonly warmUp?: number;
  readonly leastTurns?: number;
  /**
   * The length of a turn in milliseconds: the candidate takes samples for this long. Without it a turn is one
   * sample, and work of one millisecond would run with the caches filled by work of a hundred.
   */
  readonly turn?: number;
}

/**
 * The word `quick` on the command line shortens everything, to check that a benchmark works. Do not quote
 * such results.
 */
export const QUICK: boolean = process.argv.includes('quick');

/**
 * Returns the processor time of this process in milliseconds. For work on one core: other load on the machine
 * does not count. Benchmarks that use it run the garbage collector on the same thread (`NODE_OPTIONS`).
 */
export function processorClock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Returns the processor time of `work` in milliseconds. */
export function timed(work: () => unknown): number {
  const started = processorClock();
  work();
  return processorClock() - started;
}

/** Returns the processor time until the promise of `work` resolves, in milliseconds. */
export async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const started = processorClock();
  await work();
  return processorClock() - started;
}

/**
 * Returns the elapsed time until the promise of `work` resolves, in milliseconds. For work that waits for
 * others.
 */
export async function wallTime(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Runs `work` `times` times and returns the milliseconds for one, for work that is too short for the clock.
 */
export function batched(times: number, work: () => unknown): Sample {
  return () =>
    timed(() => {
      for (let i = 0; i < times; i++) work();
    }) / times;
}

/** Runs the candidates in turns and returns the times of each. */
export async function measure<Name extends string>(
  candidates: Record<Name, Sample>,
  { seconds = 8, warmUp = 5, leastTurns = 11, turn: lasts = 0 }: MeasureOptions = {},
): Promise<Record<Name, Times>> {
  const entries = Object.entries<Sample>(candidates);
  const taken = entries.map((): number[] => []);
  for (let turn = 0; turn < (QUICK ? 2 : warmUp); turn++) for (const [, sample] of entries) await sample();
  const end = performance.now() + (QUICK ? 1 : seconds) * 1000;
  for (let turn = 0; turn < (QUICK ? 3 : leastTurns) || performance.now() < end; turn++)
    for (const [at, [, sample]] of entries.entries()) {
      const turnEnd = performance.now() + (QUICK ? 0 : lasts);
      do taken[at]?.push(await sample());
      while (performance.now() < turnEnd);
    }
  const times = entries.map(([name], at) => [name, summary(taken[at] ?? [])]);
  return Object.fromEntries(times) as Record<Name, Times>;
}

/** Returns the median and spread of some times. */
export function summary(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? Number.NaN) + at(0.5)) / 2;
  return { median, low: at(0.1), high: at(0.9), samples: sorted.length };
}
