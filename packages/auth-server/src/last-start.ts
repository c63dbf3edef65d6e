/** What a server that starts stores for the administrator's commands. The one that was started last decides. */
import type { Store } from '@countersign/secure-store';
import { z } from 'zod';
import { OneRecord } from './one-record.ts';

const ID = 'server';

const whereaboutsSchema = z.strictObject({
  /** `HOST:PORT`, if an administrator has ever given it. */
  address: z.string().optional(),
  /** Written by earlier versions; the key that servers show is in `audit/served-key.ts`. */
  pin: z.string().optional(),
});

function whereaboutsOf(store: Store) {
  return new OneRecord(store, 'whereabouts', whereaboutsSchema, ID);
}

/** Stores the address of the server for clients, `HOST:PORT`, which invitations contain. */
export function keepAddress(store: Store, address: string): Promise<void> {
  return whereaboutsOf(store).keep({ address });
}

/** Returns the stored address; `undefined` if no server was started with one. */
export async function keptAddress(store: Store): Promise<string | undefined> {
  return (await whereaboutsOf(store).readableValue())?.address;
}

function issuerOf(store: Store) {
  return new OneRecord(store, 'token-issuer', z.strictObject({ url: z.string() }), ID);
}

/** Stores the issuer URL of tokens, or that there is none. */
export async function keepIssuerUrl(store: Store, url: string | undefined): Promise<void> {
  if (url === undefined) await issuerOf(store).remove();
  else await issuerOf(store).keep({ url });
}

/** Returns the stored issuer URL; `undefined` if the server has none. */
export async function keptIssuerUrl(store: Store): Promise<string | undefined> {
  return (await issuerOf(store).readableValue())?.url;
}
