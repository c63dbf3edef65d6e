/** Shared by the suites of this package. */
import { expect } from 'vitest';
import { z } from 'zod';
import { openStore, type Store, type StoreErrorCode, type Unlock } from '../src/index.ts';
import type { Place } from './backend-contract.ts';

/** The lowest cost that Argon2id allows: these tests are not about guessing passphrases. */
export const CHEAP = { m: 8, t: 1, p: 1 };
export const PASSPHRASE = 'correct horse battery staple';

export const Account = z.strictObject({
  name: z.string(),
  verifier: z.instanceof(Uint8Array),
  logins: z.number().int(),
});
export type Account = z.output<typeof Account>;

export const account = (name: string, logins = 0): Account => ({
  name,
  verifier: Uint8Array.from({ length: 384 }, (_, i) => i & 255),
  logins,
});

export const accountsOf = (store: Store) => store.collection('accounts', Account);

/** Inserts `user 0`, `user 1`, … */
export async function fill(store: Store, count: number): Promise<void> {
  const accounts = accountsOf(store);
  await store.commit(
    Array.from({ length: count }, (_, i) => accounts.inserting(`user ${i}`, account('x', i))),
  );
}

export const coded = (code: StoreErrorCode) => expect.objectContaining({ name: 'StoreError', code });

/** Opens stores in one place and closes them all at the end. */
export class Stores {
  readonly #place: Place;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(place: Place) {
    this.#place = place;
  }

  /** Opens the store as another process would. The first call creates it. */
  async open(
    unlock: Unlock = { passphrase: PASSPHRASE },
    more: { readonly now?: () => number } = {},
  ): Promise<Store> {
    const backend = this.#place.open();
    this.#open.push(backend);
    const store = await openStore({ ...more, ...unlock, backend, create: 'if-empty', kdf: CHEAP });
    this.#open.push(store);
    return store;
  }

  /** The raw bytes, as someone with the disk has them. */
  backend() {
    const backend = this.#place.open();
    this.#open.push(backend);
    return backend;
  }

  async end(): Promise<void> {
    for (const opened of this.#open.reverse()) await opened.close();
    await this.#place.dispose();
  }
}
