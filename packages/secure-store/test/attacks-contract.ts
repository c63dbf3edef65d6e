/**
 * Attacks on every back end by someone who holds the disk: they can read and write every row, and have no
 * key.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Backend } from '../src/backend.ts';
import { memoryBackend, openStore, type Store, type Unreadable } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, CHEAP, coded, PASSPHRASE, Stores } from './fixtures.ts';

const RING = Uint8Array.of(0);
const SLOT = Uint8Array.of(1, 0, 0, 0, 1);
const ALL = new Uint8Array(0);
const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
const withSum = (slot: Uint8Array) => {
  const body = slot.slice(0, -8);
  return Uint8Array.of(...body, ...sha256(body).subarray(0, 8));
};

export function describeAttacks(name: string, makePlace: () => Promise<Place>): void {
  describe(`attacks on ${name}`, () => {
    let stores: Stores;
    let store: Store;
    let disk: Backend;
    beforeEach(async () => {
      stores = new Stores(await makePlace());
      store = await stores.open();
      disk = stores.backend();
      await accountsOf(store).insert('alice', account('alice', 1));
      await accountsOf(store).insert('bob', account('bob', 2));
    });
    afterEach(() => stores.end());

    const write = (key: Uint8Array, value: Uint8Array | undefined) =>
      disk.commit({ checks: [], writes: [{ key, value }], durable: false });
    const rowsOf = async (prefix: Uint8Array) => {
      const rows: { key: Uint8Array; value: Uint8Array }[] = [];
      for await (const row of disk.scan({ prefix })) rows.push(row);
      return rows;
    };
    const read = async (key: Uint8Array) => (await disk.read(key)) ?? new Uint8Array(0);
    /** Returns the rows that writing or changing a record puts on the disk. */
    const rowWrittenBy = async (action: () => Promise<unknown>) => {
      const before = new Map(
        (await rowsOf(Uint8Array.of(2))).map(({ key, value }) => [String(key), String(value)]),
      );
      await action();
      const row = (await rowsOf(Uint8Array.of(2))).find(
        ({ key, value }) => before.get(String(key)) !== String(value),
      );
      if (row === undefined) throw new Error('nothing was written');
      return row;
    };
    const noteIn = async (id: string, text: string) => {
      const notes = store.collection('notes', z.string());
      return { notes, row: await rowWrittenBy(() => notes.insert(id, text)) };
    };
    const refused = async (value: Promise<unknown>, why: string) =>
      await expect(value, why).rejects.toMatchObject({ name: 'StoreError' });

    it('refuses a record with any bit flipped', async () => {
      const { notes, row } = await noteIn('n', 'text');
      for (let bit = 0; bit < row.value.length * 8; bit += name === 'memory' ? 1 : 11) {
        await write(row.key, flipped(row.value, bit));
        await expect(notes.get('n'), `bit ${bit}`).rejects.toEqual(coded('damaged'));
      }
      await write(row.key, row.value);
      expect((await notes.get('n'))?.value).toBe('text');
    });

    it('refuses a record truncated at any byte, or extended', async () => {
      const { notes, row } = await noteIn('n', 'text');
      for (let length = 0; length < row.value.length; length += 1) {
        await write(row.key, row.value.slice(0, length));
        await expect(notes.get('n'), `cut at ${length}`).rejects.toEqual(coded('damaged'));
      }
      await write(row.key, Uint8Array.of(...row.value, 0));
      await expect(notes.get('n')).rejects.toEqual(coded('damaged'));
    });

    it('refuses a record moved to another id', async () => {
      const alice = await rowWrittenBy(() =>
        accountsOf(store).update('alice', (value) => ({ ...value, logins: 7 })),
      );
      const bob = await rowWrittenBy(() =>
        accountsOf(store).update('bob', (value) => ({ ...value, logins: 8 })),
      );
      await write(alice.key, bob.value);
      await expect(accountsOf(store).get('alice')).rejects.toEqual(coded('damaged'));
      await write(bob.key, alice.value);
      await expect(accountsOf(store).get('bob')).rejects.toEqual(coded('damaged'));
      expect((await store.check()).bad.map(({ problem }) => problem)).toEqual([
        'does not open',
        'does not open',
      ]);
    });

    it('refuses a record moved to another collection', async () => {
      const { row } = await noteIn('same id', 'from notes');
      const others = store.collection('others', z.string());
      const other = await rowWrittenBy(() => others.insert('same id', 'from others'));
      await write(other.key, row.value);
      await expect(others.get('same id')).rejects.toEqual(coded('damaged'));
      // Not even when the collection has no record with this id.
      const key = Uint8Array.of(...other.key.subarray(0, 21), ...row.key.subarray(21));
      await write(key, row.value);
      const reading = async () => {
        for await (const { id } of others.entries()) expect(id).toBe('same id');
      };
      await expect(reading()).rejects.toEqual(coded('damaged'));
    });

    it('returns every other record when some are damaged, and reports the keys of those', async () => {
      const numbers = store.collection('numbers', z.number());
      const names = Array.from({ length: 300 }, (_, i) => `number ${i}`);
      await store.commit(names.map((id, i) => numbers.inserting(id, i)));
      const order: string[] = [];
      for await (const { id } of numbers.entries()) order.push(id);
      // Two of these are at page ends, and one is not a record at all.
      const hit = [0, 127, 255, 299].map((at) => order[at] ?? '');
      const places: string[] = [];
      for (const id of hit) {
        const row = await rowWrittenBy(() => numbers.update(id, (value) => value));
        places.push(Buffer.from(row.key).toString('hex'));
        await write(row.key, id === hit[1] ? Uint8Array.of(1) : flipped(row.value, 800));
      }
      const others = order.filter((id) => !hit.includes(id));
      const found: string[] = [];
      const unreadable: Unreadable[] = [];
      const onUnreadable = (one: Unreadable) => void unreadable.push(one);
      for await (const { id } of numbers.entries({ onUnreadable })) found.push(id);
      expect(found).toEqual(others);
      expect(unreadable).toEqual(places.map((place) => ({ place, error: coded('damaged') })));
      expect((await store.check()).bad.map(({ place }) => place)).toEqual(places);
      const before: string[] = [];
      const all = async () => {
        for await (const { id } of numbers.entries()) before.push(id);
      };
      await expect(all()).rejects.toEqual(coded('damaged'));
      expect(before).toEqual([]);
      const strings = store.collection('numbers', z.string());
      const kinds = new Set<string>();
      for await (const { id } of strings.entries({ onUnreadable: ({ error }) => kinds.add(error.code) }))
        expect.unreachable(id);
      expect([...kinds].sort()).toEqual(['damaged', 'invalid']);
    });

    it('refuses a record of another store with the same passphrase', async () => {
      const foreign = memoryBackend();
      const other = await openStore({
        backend: foreign,
        passphrase: PASSPHRASE,
        create: 'if-empty',
        kdf: CHEAP,
      });
      await accountsOf(other).insert('alice', account('mallory', 9));
      const own = await rowWrittenBy(() =>
        accountsOf(store).update('alice', (value) => ({ ...value, logins: 7 })),
      );
      for await (const { value } of foreign.scan({ prefix: Uint8Array.of(2) })) {
        await write(own.key, value);
        await expect(accountsOf(store).get('alice')).rejects.toEqual(coded('damaged'));
      }
    });

    it('refuses a record with another version or key number in its header', async () => {
      await store.keys.rotate({ wait: async () => {} });
      const row = await rowWrittenBy(() =>
        accountsOf(store).update('alice', (value) => ({ ...value, logins: 7 })),
      );
      for (const [at, byte] of [
        [8, (row.value[8] ?? 0) + 1],
        [12, 1],
        [12, 3],
      ] as const) {
        await write(row.key, row.value.with(at, byte));
        await expect(accountsOf(store).get('alice'), `byte ${at}`).rejects.toEqual(coded('damaged'));
      }
    });

    it('refuses a ring truncated at any byte', async () => {
      const ring = await read(RING);
      for (let length = 0; length < ring.length; length += name === 'memory' ? 2 : 13) {
        await write(RING, ring.slice(0, length));
        await refused(stores.open(), `cut at ${length}`);
        await refused(accountsOf(store).remove('alice'), `cut at ${length}, running`);
      }
      await write(RING, undefined);
      await expect(stores.open()).rejects.toEqual(coded('not_a_store'));
      await write(RING, ring);
      await accountsOf(store).remove('alice');
    });

    it('refuses a ring with any bit flipped', async () => {
      const ring = await read(RING);
      for (let bit = 0; bit < ring.length * 8; bit += name === 'memory' ? 5 : 97) {
        await write(RING, flipped(ring, bit));
        await refused(stores.open(), `bit ${bit}`);
        await refused(accountsOf(store).remove('alice'), `bit ${bit}, running`);
      }
      await write(RING, ring);
      expect(await accountsOf(await stores.open()).get('alice')).toBeDefined();
    });

    it('detects a ring older than the records', async () => {
      const old = await read(RING);
      await store.keys.rotate({ wait: async () => {} });
      await write(RING, old);
      await expect(accountsOf(store).remove('alice')).rejects.toEqual(coded('damaged'));
      const later = await stores.open();
      await expect(accountsOf(later).get('alice')).rejects.toEqual(coded('damaged'));
      const { bad } = await later.check();
      expect(bad.length).toBeGreaterThan(0);
      expect(new Set(bad.map(({ problem }) => problem))).toEqual(new Set(['unknown key']));
    });

    it('refuses the ring of another store, with and without its slots', async () => {
      const foreign = memoryBackend();
      await openStore({ backend: foreign, passphrase: PASSPHRASE, create: 'if-empty', kdf: CHEAP });
      const [ring, slot] = [await read(RING), await read(SLOT)];
      await write(RING, await foreign.read(RING));
      await expect(stores.open()).rejects.toEqual(coded('damaged'));
      await refused(accountsOf(store).remove('alice'), 'running');
      await write(SLOT, await foreign.read(SLOT));
      // This is now the other store, and it opens, but none of the records belong to it.
      const other = await stores.open();
      expect(await accountsOf(other).get('alice')).toBeUndefined();
      expect((await other.check()).records).toBe(0);
      await expect(accountsOf(store).remove('alice')).rejects.toEqual(coded('locked_out'));
      await write(RING, ring);
      await expect(stores.open()).rejects.toEqual(coded('damaged'));
      await write(SLOT, slot);
      await accountsOf(store).remove('alice');
    });

    it('refuses a slot tampered with at any byte, with its sum corrected or not', async () => {
      const slot = await read(SLOT);
      for (let at = 0; at < slot.length; at += name === 'memory' ? 2 : 7) {
        const altered = flipped(slot, at * 8 + (at % 8));
        await write(SLOT, altered);
        await refused(stores.open(), `byte ${at}`);
        await write(SLOT, withSum(altered));
        if (at < slot.length - 8) await refused(stores.open(), `byte ${at}, sum corrected`);
      }
      await write(SLOT, withSum(flipped(slot, 300)));
      expect((await store.check()).bad).toEqual([
        { what: 'slot', place: '1', problem: 'not as the ring says' },
      ]);
      await write(SLOT, slot);
      await stores.open();
    });

    it('refuses a slot truncated at any byte, and a store without slots', async () => {
      const slot = await read(SLOT);
      for (let length = 0; length < slot.length; length += 5) {
        await write(SLOT, slot.slice(0, length));
        await expect(stores.open(), `cut at ${length}`).rejects.toEqual(coded('damaged'));
      }
      await write(SLOT, undefined);
      await expect(stores.open()).rejects.toEqual(coded('damaged'));
      expect((await store.check()).bad).toEqual([{ what: 'slot', place: '1', problem: 'missing' }]);
    });

    it('refuses cost parameters raised to a terabyte without allocating memory', async () => {
      const slot = await read(SLOT);
      const before = process.memoryUsage().rss;
      for (const [at, value] of [
        [2, 2 ** 30],
        [2, 2 ** 32 - 1],
        [6, 2 ** 32 - 1],
        [10, 2 ** 32 - 1],
      ] as const) {
        const raised = slot.slice();
        new DataView(raised.buffer).setUint32(at, value);
        await write(SLOT, withSum(raised));
        await expect(stores.open()).rejects.toEqual(coded('damaged'));
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * 2 ** 20);
    });

    it('opens with its own slots, however many an attacker adds', async () => {
      const foreign = memoryBackend();
      await openStore({ backend: foreign, passphrase: 'stranger', create: 'if-empty', kdf: CHEAP });
      const strange = await foreign.read(SLOT);
      for (let number = 2; number < 100; number += 1) await write(Uint8Array.of(1, 0, 0, 0, number), strange);
      await refused(stores.open({ passphrase: 'stranger' }), 'by a slot of their own');
      await accountsOf(await stores.open()).remove('alice');
      await expect(stores.open({ passphrase: 'neither' })).rejects.toEqual(coded('wrong_passphrase'));
    });

    it('refuses a slot rolled back after its passphrase was changed', async () => {
      const old = await read(SLOT);
      await store.keys.changePassphrase({ passphrase: 'new', kdf: CHEAP });
      await write(SLOT, old);
      await expect(stores.open()).rejects.toEqual(coded('damaged'));
    });

    it('hides value lengths within 64 bytes, and which ids exist', async () => {
      const { row: short } = await noteIn('a', '');
      const { row: long } = await noteIn('b', 'x'.repeat(50));
      expect(long.value.length).toBe(short.value.length);
      const raw = Buffer.concat((await rowsOf(ALL)).flatMap(({ key, value }) => [key, value]));
      for (const word of ['alice', 'bob', 'accounts', 'notes', 'logins', PASSPHRASE])
        expect(raw.includes(word), word).toBe(false);
    });
  });
}
