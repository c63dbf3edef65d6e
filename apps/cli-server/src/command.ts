/**
 * The form of a command: its arguments and options, its function, and two examples. Each file in `commands/` exports the
 * form of one command, or of a group of commands.
 */
import { type Answer, type Examples, type ExitCode, type Io, printAnswer } from '@countersign/terminal';
import type { Command } from 'commander';
import type { Settings } from './settings.ts';
import { serverCall } from './ui/messages.ts';

/** What a command works with. */
export interface On {
  readonly io: Io;
  readonly settings: Settings;
  /** Prints the result: JSON with `--json`, otherwise words. */
  readonly say: (answer: Answer) => Promise<void>;
  /** Returns a command of this program for the same store, to be pasted into another terminal. */
  readonly call: (...words: readonly string[]) => string;
}

export function onCommand(io: Io, settings: Settings): On {
  return {
    io,
    settings,
    say: (answer) => printAnswer(io, settings, answer),
    call: (...words) => serverCall(io, settings, ...words),
  };
}

type Example = readonly [what: string, args: string];

/** One command. */
export interface Leaf {
  /** Adds arguments and options. */
  readonly takes?: ((command: Command) => Command) | undefined;
  /** Receives the arguments, then the options, then the command. Without an exit code of its own it ends with `EXIT.done`. */
  run(on: On, ...args: unknown[]): Promise<ExitCode> | Promise<void>;
  /** What it is typed for, and what follows the words of the command. */
  readonly examples: readonly [Example, Example];
}

/** Commands by their words, such as `show <name>`, and what each of them does. */
export type Group = Readonly<Record<string, { readonly about: string } & (Leaf | GroupForm)>>;

interface GroupForm {
  readonly commands: Group;
}

/** What a file in `commands/` exports. */
export type Form = { readonly command: Leaf } | GroupForm;

/** Returns an example, and the same for a script. */
export function withJson(what: string, args = ''): Leaf['examples'] {
  return [
    [what, args],
    ['for a script', `${args} --json`],
  ];
}

/** Returns an example of a command that asks for a confirmation, and the same without one. */
export function withYes(what: string, args = ''): Leaf['examples'] {
  return [
    [what, args],
    ['without a confirmation', `${args} --yes`],
  ];
}

/**
 * Adds arguments, options, actions and commands to a command.
 * @param act makes commander's action
 * @returns the examples, by the words of their commands
 */
export function addForm(
  command: Command,
  form: Form,
  path: string,
  act: (run: Leaf['run']) => (...args: unknown[]) => Promise<void>,
): Examples {
  if ('commands' in form) {
    const added = Object.entries(form.commands).map(([words, each]) => {
      const child = command.command(words).description(each.about);
      return addForm(child, 'commands' in each ? each : { command: each }, `${path} ${child.name()}`, act);
    });
    return Object.assign({}, ...added);
  }
  const { takes, run, examples } = form.command;
  takes?.(command);
  command.action(act(run));
  return { [path]: examples.map(([what, args]) => [what, `${path} ${args.trim()}`.trim()]) };
}
