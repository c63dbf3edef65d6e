/**
 * The key that servers showed last, stored because clients remember it: another one breaks every remembered pin. The first
 * server that shows another one writes an event, in the commit that stores the new key.
 */
import { type Collection, retryConflicts, type Store } from '@countersign/secure-store';
import { z } from 'zod';
import { keptValue } from '../kept-value.ts';
import { isUnreadable } from '../store-errors.ts';
import type { Journal } from './journal.ts';

const servedKeySchema = z.strictObject({
  pin: z.string(),
  /** PEM. */
  certificate: z.string(),
  /** When it was first shown, in Unix seconds. */
  since: z.int().min(0),
  /** The pin before this one, which clients may still remember. */
  previous: z.string().optional(),
});
/** The key and certificate that servers showed last. */
export type ServedKey = z.output<typeof servedKeySchema>;

const ID = 'server';

function collectionOf(store: Store): Collection<ServedKey> {
  return store.collection('served-key', servedKeySchema);
}

/** Returns what servers showed last; `undefined` before the first of them has started, and if it cannot be read. */
export async function servedKey(store: Store): Promise<ServedKey | undefined> {
  return keptValue(collectionOf(store), ID);
}

/**
 * Stores what is shown from now on.
 *
 * @param now Unix seconds
 * @throws {StoreError} conflict if other servers keep changing it
 */
export async function keepServedKey(
  { store, journal }: { store: Store; journal: Journal },
  { pin, certificate, now }: { pin: string; certificate: string; now: number },
): Promise<void> {
  const kept = collectionOf(store);
  await retryConflicts(async () => {
    const before = await kept.get(ID).catch(async (error: unknown) => {
      if (!isUnreadable(error) || !(await kept.remove(ID))) throw error;
      return undefined;
    });
    if (before?.value.pin === pin && before.value.certificate === certificate) return;
    if (!before) {
      await store.commit([kept.inserting(ID, { pin, certificate, since: now })]);
    } else if (before.value.pin === pin) {
      await store.commit([kept.replacing(before, { ...before.value, certificate })]);
    } else {
      const { pin: previous } = before.value;
      const write = kept.replacing(before, { pin, certificate, since: now, previous });
      await journal.commit([write], [{ kind: 'server.key_changed', detail: `${previous}, now ${pin}` }]);
    }
  });
}
