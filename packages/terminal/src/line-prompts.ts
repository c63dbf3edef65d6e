/**
 * Answers as lines of standard input, for pipes and scripts: one line an answer, in the order of the questions,
 * shown to nobody. Nothing is drawn. A line that cannot be taken ends the run, since the next one answers
 * another question.
 */
import { badInput, CliError, endOfInput } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { type Io, reasonOf } from './io.ts';
import { LineReader, MAX_LINE } from './line-reader.ts';
import type { Choice, Prompts, Question } from './prompts.ts';

export class LinePrompts implements Prompts {
  readonly #io: Io;
  readonly #lines: LineReader;

  constructor(io: Io) {
    this.#io = io;
    this.#lines = new LineReader(io.stdin);
  }

  async text({ message, validate }: Question): Promise<string> {
    const answer = await this.#answer(message);
    const problem = validate?.(answer);
    if (problem !== undefined) throw badInput(message, problem);
    return answer;
  }

  secret(question: Question): Promise<string> {
    return this.text(question);
  }

  async confirmTyped({ message, expected }: { message: string; expected: string }): Promise<boolean> {
    return (await this.#answer(message)).trim() === expected;
  }

  async choose<T extends string>({
    message,
    options,
  }: {
    message: string;
    options: readonly Choice<T>[];
  }): Promise<T> {
    const answer = (await this.#answer(message)).trim();
    const chosen = options.find(({ value }, index) => answer === String(index + 1) || answer === value);
    if (chosen) return chosen.value;
    const known = options.map(({ value }, index) => `${index + 1} (${value})`).join(', ');
    throw badInput(message, `Expected one of ${known}.`);
  }

  close(): void {
    this.#io.stdin.pause();
  }

  async #answer(message: string): Promise<string> {
    if (this.#io.signal.aborted) throw reasonOf(this.#io);
    const line = await this.#lines.next(this.#io.signal);
    switch (line.kind) {
      case 'line':
        try {
          return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line.bytes);
        } catch {
          throw badInput(message, 'The line is not valid UTF-8.');
        }
      case 'end':
        throw endOfInput(message);
      case 'too_long':
        throw badInput(message, `The line is longer than ${MAX_LINE} bytes.`);
      case 'failed':
        throw new CliError({
          code: 'input_unreadable',
          exit: EXIT.usage,
          message: `Standard input cannot be read (asked for: ${message}).`,
          cause: line.cause,
        });
    }
  }
}
