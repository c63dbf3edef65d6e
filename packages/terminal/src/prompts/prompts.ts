/**
 * Questions to the user of a program. On a terminal they are drawn on stderr (`terminal-prompts.ts`); without one the
 * answers are lines of standard input (`line-prompts.ts`).
 *
 * Every question rejects with a `CliError`: `interrupted` after Ctrl-C, `end_of_input` when input has ended (exit 2, with
 * the question), `bad_input` for a line that is not a valid answer. Standard input is never read to its end, and not
 * touched if nothing is asked.
 */

/** A question for text. */
export interface Question {
  readonly message: string;
  /** Returns what is wrong with the answer, in a sentence that never repeats a secret. */
  readonly validate?: ((answer: string) => string | undefined) | undefined;
}

/** An option of a menu. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string | undefined;
}

/** A question with a few options. */
export interface Menu<T extends string> {
  readonly message: string;
  readonly options: readonly Choice<T>[];
}

/** Asks questions. */
export interface Prompts {
  /** Asks for text, which is shown while it is typed. */
  text(question: Question): Promise<string>;
  /** Asks for text that is never shown, not even its length. */
  secret(question: Question): Promise<string>;
  /** Asks for an option: by arrow keys or number on a terminal, by number or value on a line. */
  choose<T extends string>(question: Menu<T>): Promise<T>;
  /** Returns whether a line has arrived that no question has read. Never waits; on a terminal always `false`. */
  hasMore(): Promise<boolean>;
  /**
   * Checks that no more lines have arrived than the questions in `more` will read; never waits for a line. A surplus line
   * means that another one has probably answered the wrong question. On a terminal it does nothing.
   * @param more the messages of the questions that follow, none by default
   * @throws {CliError} surplus_input, exit 2
   */
  done(more?: readonly string[]): Promise<void>;
  /** Discards what was typed ahead on a terminal, for another question. Lines of a pipe stay. */
  drain(): Promise<void>;
  /** Releases standard input until the next question. Until then a terminal echoes nothing. */
  close(): void;
}
