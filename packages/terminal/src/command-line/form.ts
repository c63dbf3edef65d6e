/**
 * The form of a command: its words, its arguments and options, its function, and two examples. `On` is what the functions
 * of a program work with.
 */
import type { Command } from 'commander';
import type { Examples } from './own-commands.ts';

/** What a command does. */
export interface Leaf<On> {
  /** Adds arguments and options. */
  readonly takes?: ((command: Command) => Command) | undefined;
  /** Receives the arguments, then the options, then the command. Without an exit code of its own it ends with `EXIT.done`. */
  run(on: On, ...args: unknown[]): Promise<number> | Promise<void>;
  /** Two: what it is typed for, and what follows the words of the command. */
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
 * Adds arguments, options, actions and commands to a command.
 * @param path the words of the command; '' for a program
 * @param act makes commander's action
 * @returns the examples, by the words of their commands
 */
export function addForm<On>(
  command: Command,
  form: Form<On>,
  path: string,
  act: (run: Leaf<On>['run']) => (...args: unknown[]) => Promise<void>,
): Examples {
  const examples: Record<string, Examples[string]> = {};
  if ('run' in form) {
    form.takes?.(command);
    command.action(act(form.run));
    const rows = Object.entries(form.examples);
    examples[path] = Object.fromEntries(rows.map(([what, args]) => [what, `${path} ${args.trim()}`.trim()]));
  }
  if ('commands' in form)
    for (const [words, each] of Object.entries(form.commands)) {
      const child = command.command(words).description(each.about);
      Object.assign(examples, addForm(child, each, `${path} ${child.name()}`.trim(), act));
    }
  return examples;
}
