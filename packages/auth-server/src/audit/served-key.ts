/**
 * The key that servers showed last, kept in the store: clients remember it, so another one breaks every remembered pin. The first server
 * that shows another one writes an event, in the commit that keeps the new key.
 */
import { type Collection, type Store, StoreError } from '@countersign/secure-store';
import { z } from 'zod';
import { keptValue } from '../kept-value.ts';
import { isConflict, isUnreadable } from '../store-errors.ts';
import type { Journal } from './journal.ts';

const servedKeySchema = z.strictObject({
  pin: z.string(),
  /** PEM. */
  certificate: z.string(),
  /** Unix seconds: when it was first shown. */
  since: z.int().min(0),
  /** The pin before this one, which clients may remember still. */
  previous: z.string().optional(),
});
export type ServedKey = z.output<typeof servedKeySchema>;

const ID = 'server';
const ATTEMPTS = 32;

function collectionOf(store: Store): Collection<ServedKey> {
  return store.collection('served-key', servedKeySchema);
}

/** What servers showed last; `undefined` before the first of them has started, and when it cannot be read. */
export async function servedKey(store: Store): Promise<ServedKey | undefined> {
  return keptValue(collectionOf(store), ID);
}

/**
 * To be called with what is shown from now on.
 *
 * @param now Unix seconds
 * @throws {StoreError} conflict when other servers change it all the time
 */
export async function keepServedKey(
  { store, journal }: { store: Store; journal: Journal },
  { pin, certificate, now }: { pin: string; certificate: string; now: number },
): Promise<void> {
  const kept = collectionOf(store);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await kept.get(ID).catch(async (error: unknown) => {
      if (!isUnreadable(error) || !(await kept.remove(ID))) throw error;
      return undefined;
    });
    if (before?.value.pin === pin && before.value.certificate === certificate) return;
    try {
      if (!before) {
        await store.commit([kept.inserting(ID, { pin, certificate, since: now })]);
      } else if (before.value.pin === pin) {
        await store.commit([kept.replacing(before, { ...before.value, certificate })]);
      } else {
        const { pin: previous } = before.value;
        const write = kept.replacing(before, { pin, certificate, since: now, previous });
        await journal.commit([write], [{ kind: 'server.key_changed', detail: `${previous}, now ${pin}` }]);
      }
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new StoreError('conflict', 'several servers show different keys');
}
