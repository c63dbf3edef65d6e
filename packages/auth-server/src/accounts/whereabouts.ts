/** Where clients reach the server and which key it shows: what an invitation says, kept in the store by servers. */
import type { Collection, Store } from '@countersign/secure-store';
import { z } from 'zod';
import { keepValue, keptValue } from '../kept-value.ts';

const whereaboutsSchema = z.strictObject({
  /** `sha256:…`, of the server that was started last. */
  pin: z.string(),
  /** `HOST:PORT`, if an administrator has ever said it. */
  address: z.string().optional(),
});
export type Whereabouts = z.output<typeof whereaboutsSchema>;

const ID = 'server';

function collectionOf(store: Store): Collection<Whereabouts> {
  return store.collection('whereabouts', whereaboutsSchema);
}

/** To be called by a server that starts or takes up another key. Without `address` an earlier one stays. */
export function keepWhereabouts(
  store: Store,
  { pin, address }: { readonly pin: string; readonly address: string | undefined },
): Promise<void> {
  return keepValue(collectionOf(store), ID, (before) => {
    const said = address ?? before?.address;
    return { pin, ...(said === undefined ? {} : { address: said }) };
  });
}

/** `undefined` where no server was started yet. */
export function keptWhereabouts(store: Store): Promise<Whereabouts | undefined> {
  return keptValue(collectionOf(store), ID);
}
