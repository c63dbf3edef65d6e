/**
 * A record in memory, sealed like those on disk. Reading a record costs mostly its opening and validation. Opening this one
 * when there is no record takes the same time, without a further read, so the time does not reveal what exists.
 */
import { type Collection, memoryBackend, openStore, type Store } from '@countersign/secure-store';

const ID = 'decoy';

/** A record that is opened in place of one that does not exist. */
export class Decoy<T> {
  readonly #collectionOf: (store: Store) => Collection<T>;
  readonly #typical: T;
  #records: Promise<Collection<T>> | undefined;

  /** @param typical a record of the collection with the usual size */
  constructor(collectionOf: (store: Store) => Collection<T>, typical: T) {
    this.#collectionOf = collectionOf;
    this.#typical = typical;
  }

  /** Takes as long as reading a record that exists. */
  async open(): Promise<void> {
    this.#records ??= this.#inMemory();
    await (await this.#records).get(ID);
  }

  async #inMemory(): Promise<Collection<T>> {
    const store = await openStore({
      backend: memoryBackend(),
      passphrase: crypto.randomUUID(),
      create: 'if-empty',
      kdf: { m: 8, t: 1, p: 1 },
    });
    const records = this.#collectionOf(store);
    await records.insert(ID, this.#typical);
    return records;
  }
}
