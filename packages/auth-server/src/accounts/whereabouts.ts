/** The address of the server for clients, which invitations contain. Servers store it. */
import type { Collection, Store } from '@countersign/secure-store';
import { z } from 'zod';
import { keepValue, keptValue } from '../kept-value.ts';

const whereaboutsSchema = z.strictObject({
  /** `HOST:PORT`, if an administrator has ever given it. */
  address: z.string().optional(),
  /** Written by earlier versions; the key that servers show is in `audit/served-key.ts`. */
  pin: z.string().optional(),
});

const ID = 'server';

function collectionOf(store: Store): Collection<z.output<typeof whereaboutsSchema>> {
  return store.collection('whereabouts', whereaboutsSchema);
}

/** Stores the address, `HOST:PORT`, with which a server starts. */
export function keepAddress(store: Store, address: string): Promise<void> {
  return keepValue(collectionOf(store), ID, () => ({ address }));
}

/** Returns the stored address; `undefined` if no server was started with one. */
export async function keptAddress(store: Store): Promise<string | undefined> {
  return (await keptValue(collectionOf(store), ID))?.address;
}
