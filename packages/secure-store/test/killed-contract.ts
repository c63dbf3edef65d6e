/** Processes that are killed while they write, on any back end. */
import { expect } from 'vitest';

interface Counts {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly halves: number;
  readonly bad: number;
}

/**
 * Kills a writer at each of these moments, and expects all acknowledged data.
 *
 * @param moments fractions of the writer's life, in [0, 1)
 */
export async function losesNothing(
  kill: (options: { rounds: number; moment: () => number }) => Promise<Counts>,
  moments: readonly number[],
): Promise<void> {
  let round = 0;
  const moment = () => moments[round++ % moments.length] ?? 0;
  const counts = await kill({ rounds: moments.length, moment });
  expect(counts).toMatchObject({ rounds: moments.length, lost: 0, halves: 0, bad: 0 });
  expect(counts.acknowledged).toBeGreaterThanOrEqual(moments.length);
}
