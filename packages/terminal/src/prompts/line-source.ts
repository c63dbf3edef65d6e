/** Where lines come from: a pipe (`line-reader.ts`), or keys that must not be echoed (`typed-lines.ts`). */

/** A line, or what is wrong with it, or why no line follows. */
export type Line =
  | { readonly text: string }
  | { readonly wrong: string }
  | { readonly ended: 'closed' | 'failed'; readonly cause?: unknown };

/** What is wrong with such a line. */
export const NOT_UTF8 = 'The line is not valid UTF-8.';

/** The question as `typed-lines.ts` shows it; a pipe does not show it. */
export interface LineQuestion {
  readonly shown: string;
  readonly secret: boolean;
}

export interface LineSource {
  /** Returns the next line; after the end always the same answer. Rejects with the reason of `signal`. */
  next(signal: AbortSignal, question: LineQuestion): Promise<Line>;
  /**
   * Whether more than `most` lines have arrived, of which the last may be incomplete. Standard input is not touched while
   * nothing was asked for and `most` is 0.
   */
  hasMore(most?: number): Promise<boolean>;
  /** Stops reading standard input until the next question. */
  close(): void;
}
