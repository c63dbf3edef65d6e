/** Opens the place of a store, and a store for a server. */
import { basename, dirname } from 'node:path';
import type { RegistryOptions } from '@countersign/auth-server/accounts';
import { type Backend, isEmptyBackend, openStore, type Store } from '@countersign/secure-store';
import type { Place } from '@countersign/secure-store/place';
import {
  askNewUnlock,
  askServerUnlock,
  asSentence,
  type BytesUnlock,
  checkOwnFolder,
  type Io,
  makeOwnFolder,
  type Prompts,
  plain,
  unlocking,
  untilAborted,
  usageError,
  withSpinner,
} from '@countersign/terminal';
import { passphraseProblem } from './passphrase-rule.ts';
import { CONFIG_NAME, RUNNING_FOLDER } from './setting-table.ts';
import type { Settings } from './settings.ts';
import { storeError } from './ui/messages.ts';

/** Returns the store, the clock and randomness, as the libraries take them. */
export function worldOf({ now, randomBytes }: Io, store: Store): RegistryOptions {
  return { store, clock: now, randomBytes };
}

export interface OpenOptions {
  /** Read all of an LMDB database in a child process first, not only its start. */
  readonly walkAll?: boolean | undefined;
  /** The task has questions of its own. It must call `prompts.done` after the last of them. */
  readonly asks?: boolean | undefined;
}

/**
 * Opens the back end of a place.
 *
 * @throws {CliError} usage if the address cannot be used
 */
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

/**
 * Checks that the data directory is ours, empty, or does not exist.
 *
 * @throws {CliError} not_a_store, read_only
 */
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
