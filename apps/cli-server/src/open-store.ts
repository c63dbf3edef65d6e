/** The one way to the store: each command opens it here, whatever back end it lies on. */
import { type Backend, isEmptyBackend, openStore, type Store } from '@countersign/secure-store';
import type { Place } from '@countersign/secure-store/place';
import { type Io, openPrompts, type Prompts, untilAborted, withSpinner } from '@countersign/terminal';
import { checkDataDir } from './data-dir.ts';
import type { Settings } from './settings.ts';
import { waits } from './ui/asking.ts';
import { badDatabaseUrl, noStoreYet } from './ui/errors.ts';
import { askUnlock, forget, unlocking } from './unlock.ts';

/** How much of an LMDB database that no process has open is read in a child process first. */
type Walk = 'start' | 'all';

/** Opens the back end of a place. @throws {CliError} usage if the address cannot be used */
export async function openBackend(place: Place, walk: Walk = 'start'): Promise<Backend> {
  try {
    return await place.open({
      walkedRows: walk === 'all' ? Number.POSITIVE_INFINITY : undefined,
      async dial(host, port, signal) {
        const { connectTcp } = await import('@countersign/tls-channel/tcp');
        return connectTcp({ host, port, signal });
      },
    });
  } catch (error) {
    throw badDatabaseUrl(error);
  }
}

/** A back end and whether nothing lies there. A signal ends the wait for a server or a name that does not answer. */
export async function reachBackend(
  io: Io,
  place: Place,
  walk?: Walk,
): Promise<{ readonly backend: Backend; readonly isEmpty: boolean }> {
  const backend = await openBackend(place, walk);
  try {
    return { backend, isEmpty: await untilAborted(io.signal, isEmptyBackend(backend)) };
  } catch (error) {
    // Closing waits for what is under way.
    const closing = backend.close().catch(() => {});
    if (!io.signal.aborted) await closing;
    throw error;
  }
}

/**
 * Opens the store that is there, does `task` and closes it again. Asks for the passphrase. With `asks` the task has
 * questions of its own, and calls `prompts.done` after them.
 */
export async function withStore<T>(
  io: Io,
  settings: Settings,
  task: (store: Store, prompts: Prompts) => Promise<T>,
  { walk = 'start', asks = false }: { walk?: Walk; asks?: boolean } = {},
): Promise<T> {
  await checkDataDir(settings);
  const { backend, isEmpty } = await reachBackend(io, settings.store, walk);
  const prompts = openPrompts(io);
  try {
    if (isEmpty) throw noStoreYet(settings.store);
    const store = await unlocking(io, prompts, settings, {
      async ask() {
        const unlock = await askUnlock(io, prompts, settings);
        if (!asks) await prompts.done();
        return unlock;
      },
      open: (unlock) =>
        withSpinner(io, waits.opening, () => openStore({ backend, ...unlock })).finally(() => forget(unlock)),
    });
    io.signal.throwIfAborted();
    return await task(store, prompts);
  } finally {
    prompts.close();
    await backend.close();
  }
}
