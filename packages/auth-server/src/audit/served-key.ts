/**
 * The key that servers showed last, stored because clients remember it: another one breaks every remembered pin. The first
 * server that shows another one writes an event, in the commit that stores the new key.
 */
import { retryConflicts, type Store } from '@countersign/secure-store';
import { z } from 'zod';
import { OneRecord } from '../one-record.ts';
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

function recordOf(store: Store): OneRecord<ServedKey> {
  return new OneRecord(store, 'served-key', servedKeySchema, 'server');
}

/** Returns what servers showed last; `undefined` before the first of them has started, and if it cannot be read. */
export async function servedKey(store: Store): Promise<ServedKey | undefined> {
  return recordOf(store).readableValue();
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
  const kept = recordOf(store);
  await retryConflicts(async () => {
    const before = await kept.readOrRemove();
    if (before?.value.pin === pin) {
      if (before.value.certificate !== certificate)
        await store.commit([kept.putting(before, { ...before.value, certificate })]);
      return;
    }
    const previous = before?.value.pin;
    const write = kept.putting(before, { pin, certificate, since: now, previous });
    if (previous === undefined) await store.commit([write]);
    else await journal.commit([write], [{ kind: 'server.key_changed', detail: `${previous}, now ${pin}` }]);
  });
}
