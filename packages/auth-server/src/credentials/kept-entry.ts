import type { Collection, Entry } from '@countersign/secure-store';

/** A record that is read often and rarely changes. It is decrypted and validated again only if its stored bytes have changed. */
export class KeptEntry<T> {
  readonly #collection: Collection<T>;
  readonly #id: string;
  #kept: Entry<T> | undefined;

  constructor(collection: Collection<T>, id: string) {
    this.#collection = collection;
    this.#id = id;
  }

  /** Reads the record. Returns the same entry as before if it has not changed. */
  async read(): Promise<Entry<T> | undefined> {
    const before = this.#kept;
    const entry = before ? await this.#collection.reread(before) : await this.#collection.get(this.#id);
    this.#kept = entry;
    return entry;
  }
}
