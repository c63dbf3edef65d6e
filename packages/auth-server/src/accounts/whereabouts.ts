/** Where clients reach the server: what an invitation says, kept in the store by servers. */
import type { Collection, Store } from '@countersign/secure-store';
import { z } from 'zod';
import { keepValue, keptValue } from '../kept-value.ts';

const whereaboutsSchema = z.strictObject({
  /** `HOST:PORT`, if an administrator has ever said it. */
  address: z.string().optional(),
  /** Written by earlier versions; the key that servers show is in `audit/served-key.ts`. */
  pin: z.string().optional(),
});

const ID = 'server';

function collectionOf(store: Store): Collection<z.output<typeof whereaboutsSchema>> {
  return store.collection('whereabouts', whereaboutsSchema);
}

/** To be called by a server that starts with an address, `HOST:PORT`. */
export function keepAddress(store: Store, address: string): Promise<void> {
  return keepValue(collectionOf(store), ID, () => ({ address }));
}

/** `undefined` where no server was started with one. */
export async function keptAddress(store: Store): Promise<string | undefined> {
  return (await keptValue(collectionOf(store), ID))?.address;
}
