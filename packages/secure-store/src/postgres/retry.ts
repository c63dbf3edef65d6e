/** Retries with a limit, growing pauses, and jitter, so that colliding transactions spread out. */
import { troubleOf } from './errors.ts';

/** The clock of this back end, in milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** How long and how often to retry. */
export interface Pace {
  readonly clock: Clock;
  /** Returns a random number in [0, 1). Used only for jitter. */
  readonly random: () => number;
  /** Milliseconds after the first attempt during which another one may start. */
  readonly patience: number;
}

/** The first and the longest pause in ms: a server takes a while to come back, a lock is soon free. */
const PAUSES = { lost: [50, 2_000], collision: [5, 250] } as const;

/** Calls `attempt` until it succeeds, fails for good, or `patience` runs out. Throws its last error. */
export async function persist<T>({ clock, random, patience }: Pace, attempt: () => Promise<T>): Promise<T> {
  const deadline = clock.now() + patience;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === 'final') throw error;
      const [first, longest] = PAUSES[trouble];
      const pause = random() * Math.min(longest, first * 2 ** failures);
      if (clock.now() + pause > deadline) throw error;
      await clock.sleep(pause);
    }
  }
}
