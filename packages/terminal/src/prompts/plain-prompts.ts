/**
 * Questions on a terminal as plain lines (`--plain`). Nothing is drawn twice, so a screen reader reads each question and each
 * mistake once. A person can correct an answer, as with drawn prompts.
 */
import { CliError } from '../errors/cli-error.ts';
import { note } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import { LinePrompts } from './line-prompts.ts';
import type { Confirmation, Menu, Prompts, Question } from './prompts.ts';
import { TypedLines } from './typed-lines.ts';

export class PlainPrompts implements Prompts {
  readonly #io: Io;
  readonly #lines: LinePrompts;

  constructor(io: Io) {
    this.#io = io;
    this.#lines = new LinePrompts(io, new TypedLines(io));
  }

  text(question: Question): Promise<string> {
    return this.#untilGood(() => this.#lines.text(question));
  }

  secret({ message, validate }: Question): Promise<string> {
    return this.#untilGood(() => this.#lines.secret({ message: `${message} (not shown)`, validate }));
  }

  confirmTyped(question: Confirmation): Promise<boolean> {
    return this.#lines.confirmTyped(question);
  }

  choose<T extends string>(question: Menu<T>): Promise<T> {
    return this.#untilGood(() => this.#lines.choose(question));
  }

  async hasMore(): Promise<boolean> {
    return false;
  }

  async done(): Promise<void> {}

  async drain(): Promise<void> {}

  close(): void {
    this.#lines.close();
  }

  async #untilGood<T>(ask: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof CliError) || error.code !== 'bad_input') throw error;
        // The question follows again, so the message need not name it.
        note(this.#io, error.message.replace(/ \(asked for: .*\)$/s, ''));
      }
  }
}
