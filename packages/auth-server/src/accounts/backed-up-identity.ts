/** The private key and certificate of a server in a backup: a record that is never in a store. */
import type { Store, Write } from '@countersign/secure-store';
import { z } from 'zod';

const identitySchema = z.strictObject({
  /** Both in PEM. */
  key: z.string(),
  cert: z.string(),
});
/** A private key and its certificate, in PEM. */
export type BackedUpIdentity = z.output<typeof identitySchema>;

/** The name of the collection and the schema of its one record. */
export const SERVER_IDENTITY = ['server-identity', identitySchema] as const;

/** Returns the record for `more` of `store.backup`. `restoreBackup` returns it again. */
export function identityForBackup(store: Store, identity: BackedUpIdentity): Write {
  return store.collection(...SERVER_IDENTITY).inserting('tls', identity);
}
