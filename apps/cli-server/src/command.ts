/** What the commands of this program work with. Each file in `commands/` exports the form of one command, or of a group. */
import {
  type Answer,
  type Group as GroupOn,
  type Io,
  type Leaf as LeafOn,
  printAnswer,
} from '@countersign/terminal';
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

/** One command. */
export type Leaf = LeafOn<On>;
/** Commands by their words, and what each of them does. */
export type Group = GroupOn<On>;

/** What a file in `commands/` exports. */
export type Form = { readonly command: Leaf } | { readonly commands: Group };

/** Returns an example of a command that asks for a confirmation, and the same without one. */
export function withYes(what: string, args = ''): Leaf['examples'] {
  return { [what]: args, 'without a confirmation': `${args} --yes` };
}
