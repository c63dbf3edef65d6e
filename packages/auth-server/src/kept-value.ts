/** One value that servers keep in the store for administrator commands, whichever of them was started last. */
import { isDeepStrictEqual } from 'node:util';
import { type Collection, StoreError } from '@countersign/secure-store';
import { isUnreadable } from './store-errors.ts';

/** To be called by a server that starts. `change` gets what was kept; one that cannot be read is replaced. */
export async function keepValue<T>(
  kept: Collection<T>,
  id: string,
  change: (before: T | undefined) => T,
): Promise<void> {
  // The workers of one server keep the same, and need not wait for each other.
  const unlessKept = (before: T) => {
    const after = change(before);
    return isDeepStrictEqual(before, after) ? undefined : after;
  };
  const updated = await kept.update(id, unlessKept).catch(async (error: unknown) => {
    // Kept by a version with another schema.
    if (!isUnreadable(error) || !(await kept.remove(id))) throw error;
    return undefined;
  });
  if (updated !== undefined) return;
  await kept.insert(id, change(undefined)).catch((error: unknown) => {
    // Two servers were started for the first time at once, and either was the last.
    if (!(error instanceof StoreError && error.code === 'exists')) throw error;
  });
}

/** The value, or `undefined` where none was kept or it cannot be read. */
export async function keptValue<T>(kept: Collection<T>, id: string): Promise<T | undefined> {
  const entry = await kept.get(id).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    return undefined;
  });
  return entry?.value;
}
