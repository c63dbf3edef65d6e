/** Trying again: with a bound, with growing pauses, and with jitter, so that those who collided do not meet again. */
import { troubleOf } from './errors.ts';

/** Time as this back end sees it, in milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export interface Pace {
  readonly clock: Clock;
  /** Evenly spread over 0 ≤ x < 1; for jitter only. */
  readonly random: () => number;
  /** No attempt begins later than this after the first one. */
  readonly patience: number;
}

/** Milliseconds of the first pause, and of the longest: a server comes back slowly, a lock is free soon. */
const PAUSES = { lost: [50, 2_000], collision: [5, 250] } as const;

/** Does `attempt` until it succeeds, fails for good, or patience is at its end; then its last error is thrown. */
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
