/**
 * Answers as lines, in the order of the questions. From a pipe, a line that is not a valid answer ends the run, since the
 * next one answers another question. On a terminal (`--plain`) the question is asked again. Nothing is drawn twice, so a
 * screen reader reads each question and each mistake once.
 */
import { ended, endOfInput, usageError } from '../errors/cli-error.ts';
import { note } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import type { LineSource } from './line-source.ts';
import type { Menu, Prompts, Question } from './prompts.ts';

/** Joins the choices of a menu: `a, b, or c`. */
const ONE_OF = new Intl.ListFormat('en', { type: 'disjunction' });

/** What an answer means, or what is wrong with it. */
type Meaning<T> = { readonly value: T } | { readonly wrong: string };

export class LinePrompts implements Prompts {
  readonly #io: Io;
  readonly #lines: LineSource;
  #lastAsked = '';

  constructor(io: Io, lines: LineSource) {
    this.#io = io;
    this.#lines = lines;
  }

  text({ message, validate }: Question): Promise<string> {
    return this.#ask(message, checked(validate));
  }

  secret({ message, validate }: Question): Promise<string> {
    const asked = this.#io.isTerminal ? `${message} (not shown)` : message;
    return this.#ask(asked, checked(validate), { secret: true });
  }

  choose<T extends string>({ message, options }: Menu<T>): Promise<T> {
    const menu = options.map(({ label }, index) => `${index + 1}  ${label}\n`).join('');
    const known = options.map(({ value }, index) => `${index + 1} (${value})`);
    const read = (text: string): Meaning<T> => {
      const answer = text.trim();
      const chosen = options.find(({ value }, index) => answer === String(index + 1) || answer === value);
      return chosen ?? { wrong: `Expected ${ONE_OF.format(known)}.` };
    };
    return this.#ask(message, read, { shown: `${message}\n${menu}1 to ${options.length}` });
  }

  hasMore(): Promise<boolean> {
    return this.#lines.hasMore();
  }

  async done(more: readonly string[] = []): Promise<void> {
    if (!(await this.#lines.hasMore(more.length))) return;
    const message = `Standard input has one line too many, after the answer to: ${ended(more.at(-1) ?? this.#lastAsked)}`;
    throw usageError('surplus_input', message, 'Give exactly the lines that the command reads.');
  }

  async drain(): Promise<void> {}

  close(): void {
    this.#lines.close();
  }

  async #ask<T>(
    message: string,
    read: (text: string) => Meaning<T>,
    { shown = message, secret = false } = {},
  ): Promise<T> {
    const { signal, isTerminal } = this.#io;
    for (;;) {
      signal.throwIfAborted();
      this.#lastAsked = message;
      const line = await this.#lines.next(signal, { shown, secret });
      if ('ended' in line) {
        if (line.ended === 'closed')
          throw endOfInput(message, 'Without a terminal each answer is one line of standard input.');
        const unreadable = `Standard input cannot be read (asked for: ${message}).`;
        throw usageError('input_unreadable', unreadable, undefined, line.cause);
      }
      const meaning = 'text' in line ? read(line.text) : line;
      if ('value' in meaning) return meaning.value;
      if (!isTerminal) throw usageError('bad_input', `${meaning.wrong} (asked for: ${message})`);
      note(this.#io, meaning.wrong);
    }
  }
}

function checked(validate: Question['validate']): (text: string) => Meaning<string> {
  return (value) => {
    const wrong = validate?.(value);
    return wrong === undefined ? { value } : { wrong };
  };
}
