/**
 * Answers as lines, in the order of the questions, for pipes and scripts. Nothing is drawn. A line that is not a valid
 * answer ends the run, since the next one answers another question.
 */
import { badInput, CliError, endOfInput, surplusInput } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { Io } from '../program/io.ts';
import { type LineSource, MAX_LINE } from './line-source.ts';
import type { Confirmation, Menu, Prompts, Question } from './prompts.ts';

/** Joins the choices of a menu: `a, b, or c`. */
const ONE_OF = new Intl.ListFormat('en', { type: 'disjunction' });

export class LinePrompts implements Prompts {
  readonly #io: Io;
  readonly #lines: LineSource;
  #lastAsked = '';

  constructor(io: Io, lines: LineSource) {
    this.#io = io;
    this.#lines = lines;
  }

  text(question: Question): Promise<string> {
    return this.#valid(question, false);
  }

  secret(question: Question): Promise<string> {
    return this.#valid(question, true);
  }

  async confirmTyped({ message, expected }: Confirmation): Promise<boolean> {
    return (await this.#answer(message)).trim() === expected;
  }

  async choose<T extends string>({ message, options }: Menu<T>): Promise<T> {
    const menu = options.map(({ label }, index) => `${index + 1}  ${label}\n`).join('');
    const answer = (
      await this.#answer(message, { shown: `${message}\n${menu}1 to ${options.length}` })
    ).trim();
    const chosen = options.find(({ value }, index) => answer === String(index + 1) || answer === value);
    if (chosen) return chosen.value;
    const known = options.map(({ value }, index) => `${index + 1} (${value})`);
    throw badInput(message, `Expected ${ONE_OF.format(known)}.`);
  }

  hasMore(): Promise<boolean> {
    return this.#lines.hasMore();
  }

  async done(more: readonly string[] = []): Promise<void> {
    if (await this.#lines.hasMore(more.length)) throw surplusInput(more.at(-1) ?? this.#lastAsked);
  }

  async drain(): Promise<void> {}

  close(): void {
    this.#lines.close();
  }

  async #valid({ message, validate }: Question, secret: boolean): Promise<string> {
    const answer = await this.#answer(message, { secret });
    const problem = validate?.(answer);
    if (problem !== undefined) throw badInput(message, problem);
    return answer;
  }

  async #answer(message: string, { shown = message, secret = false } = {}): Promise<string> {
    this.#io.signal.throwIfAborted();
    this.#lastAsked = message;
    const line = await this.#lines.next(this.#io.signal, { shown, secret });
    switch (line.kind) {
      case 'line':
        return line.text;
      case 'not_text':
        throw badInput(message, 'The line is not valid UTF-8.');
      case 'end':
        throw endOfInput(message, 'Without a terminal each answer is one line of standard input.');
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
