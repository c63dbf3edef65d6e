/**
 * Questions to whoever runs the program. One interface, two ways: on a terminal a person is asked (drawn on
 * stderr, `terminal-prompts.ts`); without one the answers are lines of standard input (`line-prompts.ts`).
 *
 * Every question rejects with a `CliError`: `interrupted` after Ctrl-C, `end_of_input` when nobody answers any
 * more (exit 2, naming what was asked for), `bad_input` when a line cannot be taken and there is no second try.
 * Standard input is never read to its end, and never touched where nothing is asked.
 */
export interface Question {
  readonly message: string;
  /** Returns what is wrong with the answer, in a sentence that never repeats a secret. */
  readonly validate?: ((answer: string) => string | undefined) | undefined;
}

export interface Confirmation {
  readonly message: string;
  readonly expected: string;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string | undefined;
}

export interface Menu<T extends string> {
  readonly message: string;
  readonly options: readonly Choice<T>[];
}

export interface Prompts {
  text(question: Question): Promise<string>;
  /** Not shown while it is typed, not even its length, and not afterwards. */
  secret(question: Question): Promise<string>;
  /** Whether exactly `expected` was typed, spaces around it aside. */
  confirmTyped(question: Confirmation): Promise<boolean>;
  /** One of several: by arrow keys or its number on a terminal, by its number or value on a line. */
  choose<T extends string>(question: Menu<T>): Promise<T>;
  /** Whether a line has arrived that no question has asked for. Never waits for one; on a terminal always `false`. */
  hasMore(): Promise<boolean>;
  /**
   * Checks that no more lines have arrived than the questions in `more` will read; never waits for a line. A surplus line
   * means that another one has probably answered the wrong question. On a terminal it does nothing.
   * @param more the messages of the questions that follow, none by default
   * @throws {CliError} surplus_input, exit 2
   */
  done(more?: readonly string[]): Promise<void>;
  /**
   * Forgets what was typed ahead on a terminal: after a wrong password it was typed for another question. Lines of a pipe
   * stay.
   */
  drain(): Promise<void>;
  /**
   * Gives standard input back. Until then a terminal shows nothing of what is typed between two questions.
   * After it, asking again takes standard input again.
   */
  close(): void;
}
