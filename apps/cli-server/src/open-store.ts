/** Opens the store for a command. */
import { basename, dirname } from 'node:path';
import { type Backend, isEmptyBackend, openStore, type Store } from '@countersign/secure-store';
import type { Place } from '@countersign/secure-store/place';
import {
  askNewUnlock,
  askServerUnlock,
  askUnlock,
  asSentence,
  type BytesUnlock,
  type ConfirmOptions,
  checkOwnFolder,
  confirm,
  type Io,
  makeOwnFolder,
  openPrompts,
  type Prompts,
  plain,
  unlocking,
  untilAborted,
  usageError,
  withSpinner,
} from '@countersign/terminal';
import type { On } from './command.ts';
import { passphraseProblem } from './passphrase-rule.ts';
import { CONFIG_NAME, RUNNING_FOLDER } from './setting-table.ts';
import type { Settings } from './settings.ts';
import { storeError } from './ui/messages.ts';

/** The store, the clock and randomness, as the libraries take them. */
export interface World {
  readonly store: Store;
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export function worldOf({ now, randomBytes }: Io, store: Store): World {
  return { store, clock: now, randomBytes };
}

/** What a command on the store works with. */
export interface Opened extends On {
  readonly store: Store;
  readonly prompts: Prompts;
  readonly world: World;
  /** Confirms something that cannot be undone. @throws {CliError} not_confirmed */
  readonly confirm: (options: ConfirmOptions) => Promise<void>;
}

export interface OpenOptions {
  /** Read all of an LMDB database in a child process first, not only its start. */
  readonly walkAll?: boolean | undefined;
  /** The task has questions of its own. It must call `prompts.done` after the last of them. */
  readonly asks?: boolean | undefined;
}

/** Opens the back end of a place. @throws {CliError} usage if the address cannot be used */
export async function openBackend(place: Place, { walkAll = false }: OpenOptions = {}): Promise<Backend> {
  try {
    return await place.open({
      walkedRows: walkAll ? Number.POSITIVE_INFINITY : undefined,
      async dial(host, port, signal) {
        const { connectTcp } = await import('@countersign/tls-channel/tcp');
        return connectTcp({ host, port, signal });
      },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    const message = asSentence(`The address of the store is invalid: ${plain(why)}`);
    throw usageError('usage', message, undefined, error);
  }
}

/** Opens a back end and checks whether it is empty. A signal ends the wait for a server that does not answer. */
export async function reachBackend(
  { signal }: Io,
  place: Place,
  options?: OpenOptions,
): Promise<{ readonly backend: Backend; readonly isEmpty: boolean }> {
  const backend = await openBackend(place, options);
  try {
    return { backend, isEmpty: await untilAborted(signal, isEmptyBackend(backend)) };
  } catch (error) {
    // Closing waits for calls in flight.
    const closing = backend.close().catch(() => {});
    if (!signal.aborted) await closing;
    throw error;
  }
}

/** Checks that the data directory is ours, empty, or does not exist. @throws {CliError} not_a_store, read_only */
export function checkDataDir({ dataDir, store }: Pick<Settings, 'dataDir' | 'store'>): Promise<void> {
  const { folder } = store;
  const inside = folder !== undefined && dirname(folder) === dataDir ? [basename(folder)] : [];
  return checkOwnFolder(dataDir, ['store', 'tls', CONFIG_NAME, RUNNING_FOLDER, ...inside]);
}

export function noStore({ text }: Place, hint: string) {
  return storeError('not_a_store', `There is no store at ${plain(text)} yet.`, hint);
}

/**
 * Asks for the secret, and opens the store of a server, or creates it with its data directory.
 * @param options `keep` leaves the secret to the caller, who wipes it
 */
export function openForServer(
  io: Io,
  prompts: Prompts,
  settings: Settings,
  { backend, isNew, keep }: { readonly backend: Backend; readonly isNew: boolean; readonly keep?: boolean },
): Promise<{ readonly store: Store; readonly unlock: BytesUnlock }> {
  return unlocking(io, prompts, settings, {
    ask: () => (isNew ? askNewUnlock : askServerUnlock)(io, prompts, settings, passphraseProblem),
    keep,
    async open(unlock) {
      await makeOwnFolder(settings.dataDir);
      const store = await withSpinner(io, isNew ? 'Creating the store' : 'Opening the store', () =>
        openStore({ backend, ...unlock, create: 'if-empty' }),
      );
      return { store, unlock };
    },
  });
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
