/** Passphrases, slots and followers, on every back end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, CHEAP, coded, fill, PASSPHRASE, Stores } from './fixtures.ts';
import { EAGER, keyNumbers } from './reseal-contract.ts';

const kdf = CHEAP;
const OLD = { passphrase: PASSPHRASE };
const NEW = { passphrase: 'a new passphrase' };
const KEY_FILE = { keyFile: Uint8Array.from({ length: 48 }, (_, i) => i) };

export function describeKeys(name: string, makePlace: () => Promise<Place>): void {
  describe(`keys on ${name}`, () => {
    let stores: Stores;
    beforeEach(async () => {
      stores = new Stores(await makePlace());
    });
    afterEach(() => stores.end());

    it('changes the passphrase at once, while open stores keep working', async () => {
      const running = await stores.open();
      await running.keys.follow();
      const admin = await stores.open();
      await admin.keys.changePassphrase({ ...NEW, kdf });
      await expect(stores.open(OLD)).rejects.toEqual(coded('wrong_passphrase'));
      await accountsOf(running).insert('alice', account('alice'));
      expect(await accountsOf(await stores.open(NEW)).get('alice')).toBeDefined();
      await admin.keys.changePassphrase({ ...OLD, kdf });
      await stores.open(OLD);
    });

    it('adds, lists and removes slots of both kinds', async () => {
      const store = await stores.open(OLD, { now: () => 1000 });
      const slot = await store.keys.addSlot({ ...KEY_FILE, label: 'in the safe', kdf });
      expect((await store.keys.status()).slots).toEqual([
        { slot: 1, kind: 'passphrase', label: 'first', created: 1000, openedWith: true },
        { slot, kind: 'key file', label: 'in the safe', created: 1000, openedWith: false },
      ]);
      const other = await stores.open(KEY_FILE);
      expect((await other.keys.status()).slots.map(({ openedWith }) => openedWith)).toEqual([false, true]);
      expect(other.secret('x')).toEqual(store.secret('x'));
      await store.keys.removeSlot(slot);
      await expect(stores.open(KEY_FILE)).rejects.toEqual(coded('wrong_passphrase'));
      expect(await store.keys.addSlot({ ...KEY_FILE, label: 'again', kdf })).toBe(slot + 1);
    });

    it('does not remove the last slot or a missing one', async () => {
      const store = await stores.open();
      await expect(store.keys.removeSlot(1)).rejects.toEqual(coded('last_slot'));
      await expect(store.keys.removeSlot(7)).rejects.toThrow(RangeError);
      await stores.open();
    });

    it('locks out a process whose slot was removed', async () => {
      const admin = await stores.open();
      await admin.keys.addSlot({ ...NEW, label: 'leaving', kdf });
      await admin.keys.addSlot({ ...KEY_FILE, label: 'staying', kdf });
      const [leaving, staying] = [await stores.open(NEW), await stores.open(KEY_FILE)];
      await admin.keys.removeSlot(2);
      await expect(accountsOf(leaving).insert('bob', account('bob'))).rejects.toEqual(coded('locked_out'));
      await expect(leaving.keys.status()).rejects.toEqual(coded('locked_out'));
      await accountsOf(staying).insert('carol', account('carol'));
      await expect(accountsOf(leaving).get('carol')).rejects.toEqual(coded('locked_out'));
      // The key file was not needed, and it still opens the store.
      expect(await accountsOf(await stores.open(KEY_FILE)).get('carol')).toBeDefined();
    });

    it('hides the new root key from someone who has only the old one and the old slot', async () => {
      const admin = await stores.open();
      await admin.keys.addSlot({ ...NEW, label: 'leaving', kdf });
      const before = new Map<string, Uint8Array>();
      const disk = stores.backend();
      for await (const { key, value } of disk.scan({ prefix: Uint8Array.of(1) }))
        before.set(String(key), value);
      await admin.keys.removeSlot(2);
      // The user who left puts their slot back.
      const key = Uint8Array.of(1, 0, 0, 0, 2);
      const value = before.get(String(key));
      expect(value).toBeDefined();
      await disk.commit({ checks: [], writes: [{ key, value }], durable: true });
      await expect(stores.open(NEW)).rejects.toEqual(coded('damaged'));
      await stores.open(OLD);
    });

    it('replaces the root key while others run, which follow through their slots', async () => {
      const admin = await stores.open();
      await admin.keys.addSlot({ ...KEY_FILE, label: 'other', kdf });
      const [same, other] = [await stores.open(OLD), await stores.open(KEY_FILE)];
      await fill(admin, 3);
      for (let round = 0; round < 3; round += 1) {
        await admin.keys.rotateRoot();
        for (const store of [same, other]) {
          await accountsOf(store).update('user 1', (value) => ({ ...value, logins: value.logins + 1 }));
          expect(store.secret('x')).toEqual(admin.secret('x'));
        }
        expect((await accountsOf(await stores.open(KEY_FILE)).get('user 1'))?.value.logins).toBe(
          3 + 2 * round,
        );
      }
      await other.keys.rotateRoot();
      await accountsOf(admin).update('user 1', (value) => ({ ...value, logins: 0 }));
      expect((await accountsOf(await stores.open(OLD)).get('user 1'))?.value.logins).toBe(0);
    });

    it('shows a thief with an old backup and the old passphrase nothing written after the change', async () => {
      const admin = await stores.open();
      await fill(admin, 3);
      const stolen = await stores.open();
      await admin.keys.changePassphrase({ ...NEW, kdf });
      await accountsOf(admin).insert('late', account('late'));
      await admin.keys.reseal(EAGER);
      await expect(accountsOf(stolen).get('late')).rejects.toEqual(coded('locked_out'));
      await expect(accountsOf(stolen).get('user 0')).rejects.toEqual(coded('locked_out'));
      await expect(stolen.keys.follow()).rejects.toEqual(coded('locked_out'));
      expect([...(await keyNumbers(stores.backend())).keys()]).toEqual([2]);
    });

    it('follows to the newest root key without having seen those in between', async () => {
      const running = await stores.open();
      await running.keys.follow();
      for (const passphrase of ['one', 'two', 'three']) {
        const { slots } = await (await stores.open(passphrase === 'one' ? OLD : NEW)).keys.status();
        expect(slots).toHaveLength(1);
        const admin = await stores.open(passphrase === 'one' ? OLD : NEW);
        await admin.keys.rotateRoot();
        await admin.keys.changePassphrase({ ...NEW, kdf });
      }
      await fill(running, 1);
      await running.keys.rotateRoot();
      expect(await accountsOf(await stores.open(NEW)).get('user 0')).toBeDefined();
    });

    it('leaves no trace of a follower that has unfollowed', async () => {
      const [running, admin] = [await stores.open(), await stores.open()];
      await running.keys.follow();
      await admin.keys.rotateRoot();
      await running.keys.unfollow();
      await admin.keys.changePassphrase({ ...NEW, kdf });
      await expect(running.keys.follow()).rejects.toEqual(coded('locked_out'));
      expect(await admin.check()).toMatchObject({ leftovers: 0, bad: [] });
      for await (const { key } of stores.backend().scan({ prefix: Uint8Array.of(4) }))
        throw new Error(`a row is left: ${String(key)}`);
    });

    it('drops a follower that was not renewed for a week, and keeps at most 256', async () => {
      let now = 1_000_000;
      const [dead, running] = [
        await stores.open(OLD, { now: () => now }),
        await stores.open(OLD, { now: () => now }),
      ];
      await dead.keys.follow();
      await running.keys.follow();
      now += 6 * 24 * 3600;
      await running.keys.follow();
      now += 2 * 24 * 3600;
      const admin = await stores.open(OLD, { now: () => now });
      await admin.keys.changePassphrase({ ...NEW, kdf });
      await expect(dead.keys.follow()).rejects.toEqual(coded('locked_out'));
      await running.keys.follow();
      const newer = await stores.open(NEW, { now: () => now + 1 });
      await newer.keys.follow();
      for (let more = 1; more < 256; more += 1) {
        const store = await stores.open(NEW, { now: () => now + 1 });
        await store.keys.follow();
        await store.close(); // PostgreSQL allows 100 connections by default
      }
      await admin.keys.changePassphrase({ ...OLD, kdf });
      await expect(running.keys.follow()).rejects.toEqual(coded('locked_out'));
      await newer.keys.follow();
    });

    it('changes keys and records in one commit or neither', async () => {
      const store = await stores.open();
      await fill(store, 1);
      const accounts = accountsOf(store);
      const entry = await accounts.get('user 0');
      if (entry === undefined) throw new Error('the account is gone');
      const before = await store.keys.status();
      await accounts.update('user 0', (value) => ({ ...value, logins: 7 }));
      const late = () => [accounts.replacing(entry, account('z', 9))];
      for (const change of [
        () => store.keys.addSlot({ ...NEW, label: 'x', kdf, together: late }),
        () => store.keys.changePassphrase({ ...NEW, kdf, together: late }),
        () => store.keys.rotateRoot({ together: late }),
        () => store.keys.rotate({ ...EAGER, together: late }),
      ])
        await expect(change()).rejects.toEqual(coded('conflict'));
      expect((await store.keys.status()).ringVersion).toBe(before.ringVersion);
      const numbers: number[] = [];
      const slot = await store.keys.addSlot({
        ...NEW,
        label: 'x',
        kdf,
        together: (number) => {
          numbers.push(number);
          return [accounts.inserting(`slot ${number}`, account('slot'))];
        },
      });
      expect(numbers).toEqual([slot]);
      await store.keys.removeSlot(slot, { together: () => [accounts.inserting('gone', account('gone'))] });
      for (const id of [`slot ${slot}`, 'gone'])
        expect(await accountsOf(await stores.open()).get(id)).toBeDefined();
      await store.keys.reseal(EAGER);
      expect((await store.check()).bad).toEqual([]);
      expect((await store.keys.status()).keys).toHaveLength(1);
    });

    it('still writes when existing records are damaged', async () => {
      const store = await stores.open();
      await fill(store, 1);
      const disk = stores.backend();
      for await (const { key, value } of disk.scan({ prefix: Uint8Array.of(2) }))
        await disk.commit({
          checks: [],
          writes: [{ key, value: value.with(-1, (value.at(-1) ?? 0) ^ 1) }],
          durable: true,
        });
      const again = await stores.open();
      await expect(accountsOf(again).get('user 0')).rejects.toEqual(coded('damaged'));
      await accountsOf(again).insert('bob', account('bob'));
    });

    it('refuses labels that are too long or malformed', async () => {
      const store = await stores.open();
      const add = (label: string) => store.keys.addSlot({ passphrase: 'x', label, kdf });
      await expect(add('x'.repeat(201))).rejects.toThrow(RangeError);
      await expect(add('\ud800')).rejects.toThrow(TypeError);
      await add('ü'.repeat(200));
      expect((await (await stores.open()).keys.status()).slots.at(-1)?.label).toBe('ü'.repeat(200));
    });

    it('has room for 64 slots', async () => {
      const store = await stores.open();
      for (let i = 2; i <= 64; i += 1)
        await store.keys.addSlot({ passphrase: `slot ${i}`, label: `${i}`, kdf });
      await expect(store.keys.addSlot({ passphrase: 'x', label: 'x', kdf })).rejects.toThrow(RangeError);
      await stores.open({ passphrase: 'slot 64' });
    });

    it('lets two administrators change the keys at the same time', async () => {
      const admins = [await stores.open(), await stores.open(), await stores.open()];
      const labels = ['a', 'b', 'c'];
      await Promise.all(
        admins.map((admin, i) => {
          const passphrase = `passphrase ${i}`;
          return admin.keys.addSlot({ passphrase, label: labels[i] ?? '', kdf });
        }),
      );
      await Promise.all([
        admins[0]?.keys.rotateRoot(),
        admins[1]?.keys.rotateRoot(),
        fill(admins[2] as Store, 3),
      ]);
      for (const passphrase of [PASSPHRASE, 'passphrase 0', 'passphrase 1', 'passphrase 2']) {
        const store = await stores.open({ passphrase });
        expect(await accountsOf(store).get('user 2')).toBeDefined();
        expect((await store.keys.status()).slots).toHaveLength(4);
      }
    });
  });
}
