/**
 * The limits of the server that was started last, kept in the store: the administrator's commands judge by them, whatever
 * file the server was given.
 */
import type { Collection, Store } from '@countersign/secure-store';
import { keepValue, keptValue } from '../kept-value.ts';
import { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits.ts';

const ID = 'server';

function collectionOf(store: Store): Collection<Limits> {
  return store.collection('limits', limitsSchema);
}

/** To be called by a server that starts. */
export function keepLimits(store: Store, limits: Limits): Promise<void> {
  return keepValue(collectionOf(store), ID, () => limits);
}

/** The default limits where no server has kept any, or what it kept cannot be read. */
export async function keptLimits(store: Store): Promise<Limits> {
  return (await keptValue(collectionOf(store), ID)) ?? DEFAULT_LIMITS;
}
