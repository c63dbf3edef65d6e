/**
 * The limits of the server that was started last, kept in the store: the administrator's commands judge by them, whatever
 * file the server was given.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Collection, type Store, StoreError } from '@countersign/secure-store';
import { isUnreadable } from '../store-errors.ts';
import { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits.ts';

const ID = 'server';

function collectionOf(store: Store): Collection<Limits> {
  return store.collection('limits', limitsSchema);
}

/** To be called by a server that starts. */
export async function keepLimits(store: Store, limits: Limits): Promise<void> {
  const kept = collectionOf(store);
  // The workers of one server keep the same, and need not wait for each other.
  const unlessKept = (before: Limits) => (isDeepStrictEqual(before, limits) ? undefined : limits);
  const updated = await kept.update(ID, unlessKept).catch(async (error: unknown) => {
    // Kept by a version with other limits.
    if (!isUnreadable(error) || !(await kept.remove(ID))) throw error;
    return undefined;
  });
  if (updated !== undefined) return;
  await kept.insert(ID, limits).catch((error: unknown) => {
    // Two servers were started for the first time at once, and either was the last.
    if (!(error instanceof StoreError && error.code === 'exists')) throw error;
  });
}

/** The default limits where no server has kept any, or what it kept cannot be read. */
export async function keptLimits(store: Store): Promise<Limits> {
  const entry = await collectionOf(store)
    .get(ID)
    .catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined;
    });
  return entry?.value ?? DEFAULT_LIMITS;
}
