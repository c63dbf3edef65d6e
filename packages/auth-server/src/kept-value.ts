/** A value that servers store for administrator commands. The server that was started last decides. */
import { isDeepStrictEqual } from 'node:util';
import { type Collection, StoreError } from '@countersign/secure-store';
import { isUnreadable } from './store-errors.ts';

/** Stores the value when a server starts. `change` receives the stored one; one that cannot be read is replaced. */
export async function keepValue<T>(
  kept: Collection<T>,
  id: string,
  change: (before: T | undefined) => T,
): Promise<void> {
  // All workers of a server store the same value, and need not wait for each other.
  const unlessKept = (before: T) => {
    const after = change(before);
    return isDeepStrictEqual(before, after) ? undefined : after;
  };
  const updated = await kept.update(id, unlessKept).catch(async (error: unknown) => {
    // Stored by a version with another schema.
    if (!isUnreadable(error) || !(await kept.remove(id))) throw error;
    return undefined;
  });
  if (updated !== undefined) return;
  await kept.insert(id, change(undefined)).catch((error: unknown) => {
    // Two servers were started for the first time at once; either of them counts as the last.
    if (!(error instanceof StoreError && error.code === 'exists')) throw error;
  });
}

/** Returns the stored value; `undefined` if there is none or it cannot be read. */
export async function keptValue<T>(kept: Collection<T>, id: string): Promise<T | undefined> {
  const entry = await kept.get(id).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
    return undefined;
  });
  return entry?.value;
}
