/** Secrets that a person types may be mistyped. */
import type { CliError } from '../errors/cli-error.ts';
import { warn } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import type { Prompts, Question } from './prompts.ts';

/** Tries at a secret that a person types; more would run into a server's first wait. */
const TRIES = 3;

/** A secret that can be typed again. */
export interface Tries<T> {
  /** Whether a person types the secret; otherwise there is one try. */
  readonly isTyped: boolean;
  /** Asks for the secret and uses it. */
  readonly attempt: () => Promise<T>;
  /** Whether the error means that the secret was wrong, and no more than that. */
  readonly isWrong: (error: unknown) => boolean;
  /** Says so; `left` more tries follow. */
  readonly say: (left: number) => void;
}

/**
 * Returns the result of the first attempt with a right secret. After a wrong one a person is asked again, three times in
 * all, and text that was typed ahead of that question is discarded. Rejects with the last error of `attempt`.
 */
export async function withTries<T>(
  prompts: Prompts,
  { isTyped, attempt, isWrong, say }: Tries<T>,
): Promise<T> {
  for (let left = isTyped ? TRIES : 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 1 || !isWrong(error)) throw error;
      await prompts.drain();
      say(left - 1);
    }
  }
}

/** The questions for a new secret. */
export interface NewSecret extends Question {
  /** The question that repeats it. */
  readonly again: string;
  /** The error when the two differ. */
  readonly differ: () => CliError;
}

/**
 * Asks twice for a new secret, on a terminal until both are the same.
 *
 * @throws {CliError} bad_input, and the error of `differ`
 */
export async function askNewSecret(
  io: Io,
  prompts: Prompts,
  { message, validate, again, differ }: NewSecret,
): Promise<string> {
  for (;;) {
    const secret = await prompts.secret({ message, validate });
    if ((await prompts.secret({ message: again })) === secret) return secret;
    if (!io.isTerminal) throw differ();
    warn(io, differ().message);
  }
}
