/** Secrets that are typed may be mistyped. */
import type { Prompts } from './prompts.ts';

/** Tries at a secret that a person types; more would run into a server's first wait. */
const TRIES = 3;

export interface Tries<T> {
  /** Whether a person types the secret; otherwise there is one try. */
  readonly isTyped: boolean;
  /** Asks for the secret and uses it. */
  readonly attempt: () => Promise<T>;
  /** Whether the error means that the secret was wrong, and no more than that. */
  readonly isWrong: (error: unknown) => boolean | Promise<boolean>;
  /** Says so; `left` more tries follow. */
  readonly say: (left: number) => void;
}

/**
 * Returns what the first right secret gives. After a wrong one a person is asked again, three times in all, and what was
 * typed ahead of that question is forgotten. Rejects with the last error of `attempt`.
 */
export async function withTries<T>(
  prompts: Prompts,
  { isTyped, attempt, isWrong, say }: Tries<T>,
): Promise<T> {
  for (let left = isTyped ? TRIES : 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 1 || !(await isWrong(error))) throw error;
      await prompts.drain();
      say(left - 1);
    }
  }
}
