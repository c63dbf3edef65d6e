/**
 * The form of a command: its words, its arguments and options, its function, and two examples. `On` is what the functions
 * of a program work with.
 */
import type { Command } from 'commander';
import type { Program } from './examples.ts';
import { wordsOf } from './words.ts';

/** What a command does. */
export interface Leaf<On> {
  /** Adds arguments and options. */
  readonly takes?: ((command: Command) => Command) | undefined;
  /** Receives the arguments, then the options, then the command. Without an exit code of its own it ends with `EXIT.done`. */
  run(on: On, ...args: unknown[]): Promise<number> | Promise<void>;
  /** Two examples: the purpose, and the arguments after the words of the command. */
  readonly examples: Readonly<Record<string, string>>;
}

/** Commands by their words, such as `show <name>`, and what each of them does. One can be a group as well. */
export type Group<On> = Readonly<Record<string, { readonly about: string } & Form<On>>>;

interface GroupForm<On> {
  readonly commands: Group<On>;
}

/** A command, or a group of commands. */
export type Form<On> = Leaf<On> | GroupForm<On> | (Leaf<On> & GroupForm<On>);

/** Returns an example, and the same for a script. */
export function withJson(what: string, args = ''): Readonly<Record<string, string>> {
  return { [what]: args, 'for a script': `${args} --json` };
}

/**
 * Adds arguments, options, actions and commands to a command of a program, and their examples to the program.
 * @param act makes commander's action
 */
export function addForm<On>(
  program: Program,
  command: Command,
  form: Form<On>,
  act: (run: Leaf<On>['run']) => (...args: unknown[]) => Promise<void>,
): void {
  if ('run' in form) {
    const path = wordsOf(command);
    form.takes?.(command);
    command.action(act(form.run));
    const rows = Object.entries(form.examples);
    program.examples[path] = Object.fromEntries(
      rows.map(([what, args]) => [what, `${path} ${args.trim()}`.trim()]),
    );
  }
  if ('commands' in form)
    for (const [words, each] of Object.entries(form.commands))
      addForm(program, command.command(words).description(each.about), each, act);
}
