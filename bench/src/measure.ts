/**
 * Times taken side by side: the candidates take turns, so that whatever else the machine does falls on all of them,
 * and medians are compared, so that a pause of the collector or the scheduler counts once and not as a mean.
 */

/** Does the work once and gives the milliseconds that count. */
export type Sample = () => number | Promise<number>;

/** What was seen of one candidate, in milliseconds. */
export interface Times {
  readonly median: number;
  /** The tenth and the ninetieth of a hundred. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

export interface MeasureOptions {
  /** Seconds for all candidates together, after warming up. */
  readonly seconds?: number;
  /** Turns that are not counted. */
  readonly warmUp?: number;
  readonly leastTurns?: number;
  /**
   * Milliseconds that a turn lasts: its candidate goes on with samples for so long. Without it a turn is one sample, and what takes
   * a millisecond after others that took a hundred is measured with the caches full of theirs.
   */
  readonly turn?: number;
}

/** The word `quick` on the command line shortens everything: to see that a benchmark works, not to be quoted. */
export const QUICK: boolean = process.argv.includes('quick');

/**
 * Milliseconds of processor time that this process has used. For whatever computes on one core: a machine that is busy with other
 * things does not count. Benchmarks that use it run with the collector on the same thread (`NODE_OPTIONS`).
 */
export function processorClock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of processor time that `work` takes. */
export function timed(work: () => unknown): number {
  const started = processorClock();
  work();
  return processorClock() - started;
}

/** Milliseconds of processor time until what `work` promises is there. */
export async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const started = processorClock();
  await work();
  return processorClock() - started;
}

/** Milliseconds by the clock on the wall until what `work` promises is there: for what waits for others. */
export async function wallTime(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** `work` done `times` times, as milliseconds for one: for work too short for the clock. */
export function batched(times: number, work: () => unknown): Sample {
  return () =>
    timed(() => {
      for (let i = 0; i < times; i++) work();
    }) / times;
}

/** Lets the candidates take turns and gives the times of each. */
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

/** Median and spread of some times. */
export function summary(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? Number.NaN) + at(0.5)) / 2;
  return { median, low: at(0.1), high: at(0.9), samples: sorted.length };
}
