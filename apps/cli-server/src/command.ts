/** What the commands of this program work with. Each file in `commands/` exports the form of one command, or of a group. */
import type { RegistryOptions } from '@countersign/auth-server/accounts';
import { openStore, type Store } from '@countersign/secure-store';
import {
  type Answer,
  askUnlock,
  type ConfirmOptions,
  confirm,
  type Group as GroupOn,
  type Io,
  type Leaf as LeafOn,
  openPrompts,
  type Prompts,
  unlocking,
  withSpinner,
} from '@countersign/terminal';
import { checkDataDir, noStore, type OpenOptions, reachBackend, worldOf } from './open-store.ts';
import type { Settings } from './settings.ts';

/** What a command works with. */
export interface On {
  readonly io: Io;
  readonly settings: Settings;
  /** Prints the result: JSON with `--json`, otherwise words. */
  readonly say: (answer: Answer) => Promise<void>;
  /** Returns a command of this program for the same store, to be pasted into another terminal. */
  readonly call: (...words: readonly string[]) => string;
}

/** What a command on the store works with. */
export interface Opened extends On {
  readonly store: Store;
  readonly prompts: Prompts;
  /** The store, the clock and randomness, as the libraries take them. */
  readonly world: RegistryOptions;
  /**
   * Confirms something that cannot be undone.
   *
   * @throws {CliError} not_confirmed
   */
  readonly confirm: (options: ConfirmOptions) => Promise<void>;
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

/** Makes a command from a function that works on the opened store. */
export function inStore<Arguments extends unknown[], T>(
  task: (opened: Opened, ...args: Arguments) => Promise<T>,
  options?: OpenOptions,
): (on: On, ...args: Arguments) => Promise<T> {
  return (on, ...args) => withStore(on, (opened) => task(opened, ...args), options);
}

/** Asks for the passphrase, opens the store, runs the task, and closes the store. */
export async function withStore<T>(
  on: On,
  task: (opened: Opened) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const { io, settings } = on;
  await checkDataDir(settings);
  const { backend, isEmpty } = await reachBackend(io, settings.store, options);
  const prompts = openPrompts(io);
  try {
    if (isEmpty)
      throw noStore(
        settings.store,
        'To create one: countersign-server init. Otherwise check --data-dir and --store.',
      );
    const store = await unlocking(io, prompts, settings, {
      async ask() {
        const unlock = await askUnlock(io, prompts, settings);
        if (!options.asks) await prompts.done();
        return unlock;
      },
      open: (unlock) => withSpinner(io, 'Opening the store', () => openStore({ backend, ...unlock })),
    });
    io.signal.throwIfAborted();
    const world = worldOf(io, store);
    return await task({ ...on, store, prompts, world, confirm: (asked) => confirm(io, prompts, asked) });
  } finally {
    prompts.close();
    await backend.close();
  }
}
