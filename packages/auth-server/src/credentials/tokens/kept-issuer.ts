/** The issuer URL of the server that was started last, for the administrator's commands. */
import type { Collection, Store } from '@countersign/secure-store';
import { z } from 'zod';
import { keepValue, keptValue } from '../../kept-value.ts';

const issuerSchema = z.strictObject({ url: z.string() });

const ID = 'server';

function collectionOf(store: Store): Collection<z.output<typeof issuerSchema>> {
  return store.collection('token-issuer', issuerSchema);
}

/** Stores the issuer URL of a server that starts, or that it has none. */
export async function keepIssuerUrl(store: Store, url: string | undefined): Promise<void> {
  const kept = collectionOf(store);
  if (url === undefined) await kept.remove(ID);
  else await keepValue(kept, ID, () => ({ url }));
}

/** Returns the stored issuer URL; `undefined` if the server that was started last has none. */
export async function keptIssuerUrl(store: Store): Promise<string | undefined> {
  return (await keptValue(collectionOf(store), ID))?.url;
}
