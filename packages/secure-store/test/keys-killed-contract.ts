/** Key changes interrupted before and after each of their commits, on every back end. */
import { describe, expect, it } from 'vitest';
import type { Backend } from '../src/backend.ts';
import { openStore, type Store } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, CHEAP, PASSPHRASE, Stores } from './fixtures.ts';

const kdf = CHEAP;
const OLD = { passphrase: PASSPHRASE };
const NEW = { passphrase: 'a new passphrase' };
const KEY_FILE = { keyFile: new Uint8Array(32).fill(7) };
const wait = async () => {};

const CHANGES: Record<string, (store: Store) => Promise<unknown>> = {
  'a change of passphrase': (store) => store.keys.changePassphrase({ ...NEW, kdf }),
  'a new slot': (store) => store.keys.addSlot({ ...NEW, label: 'new', kdf }),
  'the removal of a slot': (store) => store.keys.removeSlot(2),
  'a new root key': (store) => store.keys.rotateRoot(),
  'a rotation': (store) => store.keys.rotate({ wait }),
};

/** A process that ends with its commit of this number, done or not: nothing works afterwards. */
class Dying {
  readonly error = new Error('killed');
  dead = false;
  readonly #step: number;
  readonly #done: boolean;

  constructor(step: number, done: boolean) {
    this.#step = step;
    this.#done = done;
  }

  on(backend: Backend): Backend {
    let commits = 0;
    const alive = () => {
      if (this.dead) throw this.error;
    };
    return {
      name: backend.name,
      read: async (key) => {
        alive();
        return await backend.read(key);
      },
      scan: (range) => {
        alive();
        return backend.scan(range);
      },
      commit: async (batch) => {
        alive();
        commits += 1;
        this.dead = commits === this.#step;
        if (!this.dead || this.#done) {
          const outcome = await backend.commit(batch);
          if (!this.dead) return outcome;
        }
        throw this.error;
      },
      close: () => backend.close(),
    };
  }
}

export function describeKilledKeys(name: string, makePlace: () => Promise<Place>): void {
  describe(`keys on ${name}`, () => {
    it.each(Object.entries(CHANGES))('survive %s that is killed at every step', async (_, change) => {
      for (const done of [false, true]) {
        let dead = true;
        for (let step = 1; dead; step += 1) {
          const stores = new Stores(await makePlace());
          dead = await killAt(stores, new Dying(step, done), change);
          await stores.end();
        }
      }
    });
  });
}

async function killAt(
  stores: Stores,
  dying: Dying,
  change: (store: Store) => Promise<unknown>,
): Promise<boolean> {
  const first = await stores.open();
  await first.keys.follow();
  await first.keys.addSlot({ ...KEY_FILE, label: 'other', kdf });
  const accounts = Array.from({ length: 100 }, (_, i) =>
    accountsOf(first).inserting(`user ${i}`, account('x', i)),
  );
  await first.commit(accounts);
  const victim = await openStore({ backend: dying.on(stores.backend()), ...OLD });
  const ending = await change(victim).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(ending).toBe(dying.dead ? dying.error : undefined);

  // In either case the store opens with one of the passphrases and is complete, and another process can
  // finish the work.
  const after = await stores.open(OLD).catch(() => stores.open(NEW));
  const { slots } = await after.keys.status();
  expect(await after.check()).toMatchObject({ slots: slots.length, bad: [] });
  for (const i of [0, 50, 99]) expect((await accountsOf(after).get(`user ${i}`))?.value.logins).toBe(i);
  await accountsOf(after).update('user 0', (value) => ({ ...value, logins: 1000 }));
  await after.keys.reseal({ wait });
  expect((await after.keys.status()).keys).toHaveLength(1);
  // A process that had it open all the time has lost nothing either.
  expect((await accountsOf(first).get('user 0'))?.value.logins).toBe(1000);
  await accountsOf(first).insert('late', account('late'));
  if (slots.length > 1) expect(await accountsOf(await stores.open(KEY_FILE)).get('late')).toBeDefined();
  return dying.dead;
}
