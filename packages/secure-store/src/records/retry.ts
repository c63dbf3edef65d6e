/** How the store and its users go on after a conflict with another writer. */
import { StoreError } from '../errors.ts';
import { pause } from '../platform.ts';

const MOST_ATTEMPTS = 256;
/** Milliseconds. */
const LONGEST_PAUSE = 16;

/**
 * Runs `work` again, from the start, while it fails with `conflict`. It should read, change and commit.
 *
 * Between attempts there is a short random pause: a writer that changes one record is always faster than one
 * that changes many, until they fall out of step.
 *
 * @throws {StoreError} conflict after 256 attempts
 */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
    }
    await pause(Math.random() * Math.min(attempt - 1, LONGEST_PAUSE));
  }
}

/** Returns whether a commit failed because a record was not as expected. */
export function isConflict(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'conflict';
}
