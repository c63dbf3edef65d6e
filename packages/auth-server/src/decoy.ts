/**
 * One record in memory, sealed like those on disk. Opening and validating a record is most of what reading one costs; opening
 * this one instead, where there is none, asks nothing more of the disk, and the time does not show what exists.
 */
import { type Collection, memoryBackend, openStore, type Store } from '@countersign/secure-store';

const ID = 'decoy';

export class Decoy<T> {
  readonly #collectionOf: (store: Store) => Collection<T>;
  readonly #typical: T;
  #records: Promise<Collection<T>> | undefined;

  /** `typical` is a record of that collection as it usually is, in size above all. */
  constructor(collectionOf: (store: Store) => Collection<T>, typical: T) {
    this.#collectionOf = collectionOf;
    this.#typical = typical;
  }

  /** Takes the time of reading a record that exists. */
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
