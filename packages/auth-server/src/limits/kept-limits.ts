/**
 * The limits of the server that was started last, in the store: the administrator's commands use them, whatever file the
 * server was given.
 */
import type { Collection, Store } from '@countersign/secure-store';
import { keepValue, keptValue } from '../kept-value.ts';
import { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits.ts';

const ID = 'server';

function collectionOf(store: Store): Collection<Limits> {
  return store.collection('limits', limitsSchema);
}

/** Stores the limits when a server starts. */
export function keepLimits(store: Store, limits: Limits): Promise<void> {
  return keepValue(collectionOf(store), ID, () => limits);
}

/** Returns the stored limits; the default if there are none or they cannot be read. */
export async function keptLimits(store: Store): Promise<Limits> {
  return (await keptValue(collectionOf(store), ID)) ?? DEFAULT_LIMITS;
}
