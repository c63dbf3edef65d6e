/**
 * Questions on a terminal, drawn by @clack/prompts on stderr. The library gets neither the real input nor the real output:
 * keys come through `Keyboard` (nothing is echoed between two questions, keys typed ahead stay with their question, Ctrl-C
 * and Ctrl-D mean the same everywhere), and it draws on a stream with the terminal's size.
 *
 * The library is loaded with the first question.
 */
import { endOfInput } from '../errors/cli-error.ts';
import { printable } from '../output/sanitise.ts';
import type { Io } from '../program/io.ts';
import { Canvas } from './canvas.ts';
import { Keyboard, type Translate, UNREADABLE } from './keyboard.ts';
import { MenuKeys } from './menu-keys.ts';
import type { Menu, Prompts, Question } from './prompts.ts';

type Clack = typeof import('@clack/prompts');
type Common = Pick<Parameters<Clack['text']>[0], 'input' | 'output' | 'signal' | 'withGuide'>;
type Draw<T> = (clack: Clack, common: Common) => Promise<T | Clack['CANCEL_SYMBOL']>;

/** Invisible characters that were pasted, which the library would draw and a terminal obey. */
const UNSEEN = /\p{Cf}/gu;

export class TerminalPrompts implements Prompts {
  readonly #io: Io;
  readonly #keyboard: Keyboard;

  constructor(io: Io) {
    this.#io = io;
    this.#keyboard = new Keyboard(io);
  }

  text({ message, validate }: Question): Promise<string> {
    return this.#ask(
      message,
      (clack, common) => clack.text({ ...common, message: printable(message), validate: readable(validate) }),
      (keys) => keys.replaceAll(UNSEEN, ''),
    );
  }

  secret({ message, validate }: Question): Promise<string> {
    return this.#ask(message, (clack, common) =>
      clack.password({
        ...common,
        message: `${printable(message)} (not shown)`,
        // An empty mask hides even the length of a secret. A rejected one is cleared, since it cannot be seen.
        mask: '',
        clearOnError: true,
        validate: readable(validate),
      }),
    );
  }

  async choose<T extends string>({ message, options }: Menu<T>): Promise<T> {
    const menu = new MenuKeys(options.length);
    const index = await this.#ask(
      message,
      (clack, common) =>
        clack.select<number>({
          ...common,
          message: printable(message),
          showInstructions: false,
          options: options.map(({ label, hint }, position) => ({
            value: position,
            label: `${position + 1}  ${printable(label)}`,
            ...(hint === undefined ? {} : { hint: printable(hint) }), // clack's types
          })),
        }),
      (keys) => menu.translate(keys),
    );
    const chosen = options[index];
    if (!chosen)
      throw new RangeError(`"options" expected a choice at ${index}, got length=${options.length}`);
    return chosen.value;
  }

  async hasMore(): Promise<boolean> {
    return false;
  }

  async done(): Promise<void> {}

  drain(): Promise<void> {
    return this.#keyboard.drain();
  }

  close(): void {
    this.#keyboard.release();
  }

  #ask<T>(message: string, draw: Draw<T>, translate?: Translate): Promise<T> {
    return this.#keyboard.inTurn(async () => {
      const clack = await import('@clack/prompts');
      // Every arrow key begins with Escape; on a slow line it would end the program.
      clack.settings.aliases.delete('escape');
      this.#io.signal.throwIfAborted();

      // One controller for each question: the library never removes its listener from the signal.
      const question = new AbortController();
      const { signal } = question;
      const input = this.#keyboard.open(() => question.abort(), translate);
      const output = new Canvas(this.#io);
      try {
        const answer = await draw(clack, { input, output, signal, withGuide: false });
        if (!clack.isCancel(answer)) return answer;
        this.#io.signal.throwIfAborted();
        throw endOfInput(message);
      } finally {
        this.#keyboard.close();
        output.destroy();
      }
    });
  }
}

/** On a terminal that does not send UTF-8, every accent of a password would become the same character. */
function readable(validate: Question['validate']): (answer: string | undefined) => string | undefined {
  return (answer = '') =>
    answer.includes(UNREADABLE) ? 'The terminal does not send UTF-8.' : validate?.(answer);
}
