/** Opens the store for a command. */
import { basename, dirname } from 'node:path';
import { type Backend, isEmptyBackend, openStore, type Store } from '@countersign/secure-store';
import type { Place } from '@countersign/secure-store/place';
import {
  asSentence,
  checkOwnFolder,
  type Io,
  openPrompts,
  type Prompts,
  plain,
  untilAborted,
  usageError,
  withSpinner,
} from '@countersign/terminal';
import { CONFIG_NAME, RUNNING_FOLDER } from './setting-table.ts';
import type { Settings } from './settings.ts';
import { storeError } from './ui/messages.ts';
import { askUnlock, forget, unlocking } from './unlock.ts';

/** What an action on the store works with. */
export interface Opened {
  readonly io: Io;
  readonly settings: Settings;
  readonly store: Store;
  readonly prompts: Prompts;
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
    throw usageError(
      'usage',
      asSentence(`The address of the store is invalid: ${plain(why)}`),
      undefined,
      error,
    );
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
export function checkDataDir({ dataDir, store }: Settings): Promise<void> {
  const { folder } = store;
  const inside = folder !== undefined && dirname(folder) === dataDir ? [basename(folder)] : [];
  return checkOwnFolder(dataDir, ['store', 'tls', CONFIG_NAME, RUNNING_FOLDER, ...inside]);
}

export function noStore({ text }: Place, hint: string) {
  return storeError('not_a_store', `There is no store at ${plain(text)} yet.`, hint);
}

/** Makes an action from one that works on the opened store. */
export function inStore<Arguments extends unknown[], T>(
  action: (opened: Opened, ...args: Arguments) => Promise<T>,
  options?: OpenOptions,
): (io: Io, settings: Settings, ...args: Arguments) => Promise<T> {
  return (io, settings, ...args) => withStore(io, settings, (opened) => action(opened, ...args), options);
}

/** Asks for the passphrase, opens the store, runs the task, and closes the store. */
export async function withStore<T>(
  io: Io,
  settings: Settings,
  task: (opened: Opened) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
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
      open: (unlock) =>
        withSpinner(io, 'Opening the store', () => openStore({ backend, ...unlock })).finally(() =>
          forget(unlock),
        ),
    });
    io.signal.throwIfAborted();
    return await task({ io, settings, store, prompts });
  } finally {
    prompts.close();
    await backend.close();
  }
}
