/**
 * A record in memory, sealed like those on disk. Reading a record costs mostly its opening and validation. Opening this one
 * when there is no record takes the same time, without a further read, so the time does not reveal what exists.
 */
import { type Collection, memoryBackend, openStore, type Store } from '@countersign/secure-store';

const ID = 'decoy';

/**
 * Returns a function that takes as long as reading a record that exists.
 * @param typical a record of the collection with the usual size
 */
export function decoyFor<T>(collectionOf: (store: Store) => Collection<T>, typical: T): () => Promise<void> {
  let records: Promise<Collection<T>> | undefined;
  return async () => {
    records ??= inMemory(collectionOf, typical);
    await (await records).get(ID);
  };
}

async function inMemory<T>(
  collectionOf: (store: Store) => Collection<T>,
  typical: T,
): Promise<Collection<T>> {
  const store = await openStore({
    backend: memoryBackend(),
    passphrase: crypto.randomUUID(),
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  const records = collectionOf(store);
  await records.insert(ID, typical);
  return records;
}
