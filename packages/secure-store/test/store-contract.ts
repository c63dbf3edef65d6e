/** The promises of a store on every back end, as a suite over a factory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Backend } from '../src/backend.ts';
import { isEmptyBackend, openStore, type Store } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { Account, account, CHEAP, coded, PASSPHRASE } from './fixtures.ts';

export function describeStore(name: string, makePlace: () => Promise<Place>): void {
  describe(`a store on ${name}`, () => {
    let place: Place;
    let stores: Store[];
    const open = async (passphrase = PASSPHRASE): Promise<Store> => {
      const backend = place.open();
      try {
        const store = await openStore({ backend, passphrase, create: 'if-empty', kdf: CHEAP });
        stores.push(store);
        return store;
      } catch (error) {
        await backend.close();
        throw error;
      }
    };
    const accountsOf = (store: Store) => store.collection('accounts', Account);
    beforeEach(async () => {
      stores = [];
      place = await makePlace();
    });
    afterEach(async () => {
      for (const store of stores) await store.close();
      await place.dispose();
    });

    it('is created once and opens again with its passphrase', async () => {
      const backend = place.open();
      expect(await isEmptyBackend(backend)).toBe(true);
      await expect(openStore({ backend, passphrase: PASSPHRASE })).rejects.toEqual(coded('not_a_store'));
      await backend.close();
      const first = await open();
      await accountsOf(first).insert('alice', account('alice'));
      await first.close();
      const again = place.open();
      expect(await isEmptyBackend(again)).toBe(false);
      await again.close();
      const second = await open();
      expect((await accountsOf(second).get('alice'))?.value).toEqual(account('alice'));
    });

    it('refuses a wrong passphrase and a wrong key file, and does not change', async () => {
      await accountsOf(await open()).insert('alice', account('alice'));
      await expect(open('correct horse battery stapler')).rejects.toEqual(coded('wrong_passphrase'));
      const backend = place.open();
      const keyFile = new Uint8Array(32).fill(7);
      await expect(openStore({ backend, keyFile })).rejects.toEqual(coded('wrong_passphrase'));
      await backend.close();
      expect((await accountsOf(await open()).get('alice'))?.value.name).toBe('alice');
    });

    it('accepts a passphrase whatever its Unicode composition', async () => {
      await accountsOf(await open('Jos\u00e9 an der Tür')).insert('alice', account('alice'));
      const again = await open('Jose\u0301 an der Tu\u0308r');
      expect((await accountsOf(again).get('alice'))?.value).toEqual(account('alice'));
    });

    it('gets, inserts, updates and removes', async () => {
      const accounts = accountsOf(await open());
      expect(await accounts.get('alice')).toBeUndefined();
      await accounts.insert('alice', account('alice'));
      await expect(accounts.insert('alice', account('other'))).rejects.toEqual(coded('exists'));
      expect((await accounts.get('alice'))?.value).toEqual(account('alice'));
      const updated = await accounts.update('alice', (value) => ({ ...value, logins: 5 }));
      expect(updated).toEqual(account('alice', 5));
      expect((await accounts.get('alice'))?.value).toEqual(account('alice', 5));
      expect(await accounts.update('alice', () => undefined)).toEqual(account('alice', 5));
      expect(await accounts.update('bob', (value) => value)).toBeUndefined();
      expect(await accounts.remove('alice')).toBe(true);
      expect(await accounts.remove('alice')).toBe(false);
      expect(await accounts.get('alice')).toBeUndefined();
    });

    it('rereads a record, opens it only if it has changed, and notices every change', async () => {
      const [accounts, other] = [accountsOf(await open()), accountsOf(await open())];
      await accounts.insert('alice', account('alice'));
      const entry = await accounts.get('alice');
      if (!entry) throw new Error('it was inserted');
      expect(await accounts.reread(entry)).toBe(entry);
      await other.update('alice', (value) => ({ ...value, logins: 1 }));
      const changed = await accounts.reread(entry);
      expect(changed?.value.logins).toBe(1);
      expect(changed?.version).not.toBe(entry.version);
      await other.remove('alice');
      await other.insert('alice', account('alice'));
      const again = await accounts.reread(entry);
      expect(again).toEqual({ ...entry, version: again?.version });
      expect(again).not.toBe(entry);
      await other.remove('alice');
      expect(await accounts.reread(entry)).toBeUndefined();
    });

    it('keeps collections separate', async () => {
      const store = await open();
      const other = store.collection('invitations', z.number());
      await accountsOf(store).insert('alice', account('alice'));
      await other.insert('alice', 7);
      expect((await other.get('alice'))?.value).toBe(7);
      await other.remove('alice');
      expect((await accountsOf(store).get('alice'))?.value.name).toBe('alice');
    });

    it('returns an id that begins with a byte order mark as it was given, also after resealing', async () => {
      const store = await open();
      await accountsOf(store).insert('\ufeffalice', account('alice'));
      await store.keys.rotate({ wait: async () => {} });
      expect((await accountsOf(store).get('\ufeffalice'))?.id).toBe('\ufeffalice');
      for await (const { id } of accountsOf(store).entries()) expect(id).toBe('\ufeffalice');
    });

    it('returns ids in pages, each once', async () => {
      const store = await open();
      const names = Array.from({ length: 300 }, (_, i) => `user ${i}`);
      const numbers = store.collection('numbers', z.number());
      await store.commit(names.map((name, i) => numbers.inserting(name, i)));
      const found: string[] = [];
      for await (const { id, value } of numbers.entries()) {
        expect(id).toBe(names[value]);
        found.push(id);
      }
      expect([...found].sort()).toEqual([...names].sort());
      for await (const { id } of numbers.entries()) {
        expect(id).toBe(found[0]);
        break;
      }
    });

    it('commits several records or none', async () => {
      const store = await open();
      const accounts = accountsOf(store);
      const invitations = store.collection('invitations', z.string());
      await invitations.insert('code', 'for alice');
      const invitation = await invitations.get('code');
      if (invitation === undefined) throw new Error('the invitation is gone');
      const register = [accounts.inserting('alice', account('alice')), invitations.removing(invitation)];
      await store.commit(register);
      await expect(store.commit(register)).rejects.toMatchObject({ code: 'conflict', write: 0 });
      const second = [accounts.inserting('bob', account('bob')), invitations.removing(invitation)];
      await expect(store.commit(second)).rejects.toMatchObject({ code: 'conflict', write: 1 });
      expect(await accounts.get('bob')).toBeUndefined();
      expect(await invitations.get('code')).toBeUndefined();
    });

    it('rejects a write based on an earlier state, also when the record was removed and inserted again', async () => {
      const store = await open();
      const accounts = accountsOf(store);
      await accounts.insert('alice', account('alice'));
      const before = await accounts.get('alice');
      if (before === undefined) throw new Error('alice is gone');
      await accounts.remove('alice');
      await accounts.insert('alice', account('alice'));
      for (const write of [accounts.replacing(before, account('alice', 9)), accounts.removing(before)])
        await expect(store.commit([write])).rejects.toEqual(coded('conflict'));
      expect((await accounts.get('alice'))?.value.logins).toBe(0);
    });

    it('gives a record another id, continues its versions, and overwrites nothing', async () => {
      const store = await open();
      const accounts = accountsOf(store);
      await accounts.insert('alice', account('alice'));
      await accounts.insert('bob', account('bob'));
      const entry = await accounts.get('alice');
      if (entry === undefined) throw new Error('alice is gone');
      const taken = accounts.moving(entry, 'bob', account('bob'));
      await expect(store.commit(taken)).rejects.toMatchObject({ code: 'conflict', write: 1 });
      await store.commit(accounts.moving(entry, 'ally', account('ally')));
      expect(await accounts.get('alice')).toBeUndefined();
      expect(await accounts.get('ally')).toEqual({
        id: 'ally',
        value: account('ally'),
        version: BigInt.asUintN(64, entry.version + 1n),
      });
      const again = accounts.moving(entry, 'carol', account('carol'));
      await expect(store.commit(again)).rejects.toMatchObject({ code: 'conflict', write: 0 });
    });

    it('lets one of many racing inserts win, and loses no increment', async () => {
      const stores = [await open(), await open()];
      const pick = (i: number) => accountsOf(stores[i % 2] as Store);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => pick(i).insert('alice', account(`alice ${i}`))),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          pick(i).update('alice', (value) => ({ ...value, logins: value.logins + 1 })),
        ),
      );
      expect((await pick(0).get('alice'))?.value.logins).toBe(40);
    });

    it('restarts an update when another writer was first', async () => {
      const disturber = accountsOf(await open());
      await disturber.insert('alice', account('alice'));
      const backend = place.open();
      let disturbances = 0;
      const disturbed: Backend = {
        name: backend.name,
        read: (key) => backend.read(key),
        scan: (range) => backend.scan(range),
        close: () => backend.close(),
        commit: async (batch) => {
          if (disturbances > 0)
            await disturber.update('alice', (value) => ({ ...value, logins: disturbances }));
          disturbances -= 1;
          return await backend.commit(batch);
        },
      };
      const store = await openStore({ backend: disturbed, passphrase: PASSPHRASE });
      stores.push(store);
      const rename = (value: Account) => ({ ...value, name: 'changed' });
      disturbances = 3;
      expect(await accountsOf(store).update('alice', rename)).toEqual({
        ...account('changed'),
        logins: 1,
      });
    });

    it('has secrets that differ by label and never change', async () => {
      const store = await open();
      const secret = store.secret('stand-ins');
      expect(secret).toHaveLength(32);
      expect(store.secret('recovery codes')).not.toEqual(secret);
      expect((await open()).secret('stand-ins')).toEqual(secret);
    });

    it('reveals nothing on disk about names, values or their lengths', async () => {
      const store = await open();
      const notes = store.collection('confidential', z.string());
      await notes.insert('alice@example.org', 'the very secret value');
      await notes.insert('b', '');
      const backend = place.open();
      const sizes: number[] = [];
      for await (const { key, value } of backend.scan({ prefix: new Uint8Array(0) })) {
        const raw = new TextDecoder('latin1').decode(Uint8Array.of(...key, ...value));
        for (const word of ['alice', 'secret', 'confidential', PASSPHRASE]) expect(raw).not.toContain(word);
        if (key[0] === 2) sizes.push(value.length);
      }
      await backend.close();
      expect(sizes).toEqual([105, 105]);
    });

    it('refuses values that do not match the schema and ids that are not text', async () => {
      const accounts = accountsOf(await open());
      const wrong = { name: 'alice', verifier: 'no bytes', logins: 0 } as unknown as Account;
      await expect(accounts.insert('alice', wrong)).rejects.toThrow(
        new TypeError('"value" expected to match the schema of its collection: verifier'),
      );
      await expect(accounts.insert('', account('a'))).rejects.toThrow(RangeError);
      await expect(accounts.insert('a'.repeat(1025), account('a'))).rejects.toThrow(RangeError);
      await expect(accounts.get('\ud800')).rejects.toThrow(TypeError);
      await expect(accounts.get(7 as unknown as string)).rejects.toThrow(TypeError);
    });

    it('reports a record that does not match the schema it is read with', async () => {
      const store = await open();
      await accountsOf(store).insert('alice', account('alice'));
      const narrower = store.collection('accounts', z.object({ name: z.number() }));
      await expect(narrower.get('alice')).rejects.toMatchObject({
        code: 'invalid',
        message: 'A record in "accounts" does not match the schema it is read with: name.',
      });
    });

    it('refuses schemas that validate asynchronously', async () => {
      const store = await open();
      const even = z.number().refine(async (value) => value % 2 === 0);
      await expect(store.collection('even', even).insert('two', 2)).rejects.toThrow(
        '"schema" expected one that validates synchronously',
      );
    });

    it('refuses two changes of one record in one commit, and writes of another store', async () => {
      const store = await open();
      const accounts = accountsOf(store);
      const twice = [accounts.inserting('a', account('a')), accounts.inserting('a', account('b'))];
      await expect(store.commit(twice)).rejects.toThrow(RangeError);
      const foreign = accountsOf(await open()).inserting('a', account('a'));
      await expect(store.commit([foreign])).rejects.toThrow(TypeError);
    });

    it('refuses everything after it was closed', async () => {
      const store = await open();
      const accounts = accountsOf(store);
      await store.close();
      await expect(accounts.get('alice')).rejects.toEqual(coded('closed'));
      await expect(accounts.insert('alice', account('alice'))).rejects.toEqual(coded('closed'));
      expect(() => store.secret('x')).toThrow(coded('closed'));
      await store.close();
    });
  });
}
