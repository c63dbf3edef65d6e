/** Check, backup and restore, on every back end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  isEmptyBackend,
  REMOVE,
  type RestoreOptions,
  restoreRule,
  restoreStore,
  verifyBackup,
} from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { Account, account, accountsOf, coded, Stores } from './fixtures.ts';
import { backupOf, contents, dyingAfter, fill, kdf, memoryPlace, rowsIn, unlock } from './transfer.ts';

export function describeRestore(name: string, makePlace: () => Promise<Place>): void {
  describe(`check, backup and restore on ${name}`, () => {
    let stores: Stores;
    let others: Stores;
    beforeEach(async () => {
      stores = new Stores(await makePlace());
      others = new Stores(memoryPlace());
    });
    afterEach(async () => {
      await stores.end();
      await others.end();
    });
    const restore = (source: Uint8Array, more: Partial<RestoreOptions> = {}) =>
      restoreStore({ ...unlock, backend: stores.backend(), source: [source], ...more } as RestoreOptions);

    it('checks a sound store', async () => {
      const store = await stores.open();
      await fill(store, 100);
      const progress: number[] = [];
      const report = await store.check({ onProgress: ({ records }) => progress.push(records) });
      expect(report).toEqual({ records: 100, slots: 1, bad: [], leftovers: 0 });
      expect(progress.at(-1)).toBe(100);
    });

    it('reports each bad record and slot, and opens the rest', async () => {
      const store = await stores.open();
      await fill(store, 10);
      const disk = stores.backend();
      const keys: Uint8Array[] = [];
      for await (const { key } of disk.scan({ prefix: Uint8Array.of(2) })) keys.push(key);
      const [first = keys[0] as Uint8Array, second = first] = keys;
      const value = (await disk.read(first)) ?? new Uint8Array(0);
      const writes = [
        { key: first, value: value.with(40, (value[40] ?? 0) ^ 1) },
        { key: second, value: value.with(12, 99) },
        { key: Uint8Array.of(1, 0, 0, 0, 9), value: new Uint8Array(135) },
        { key: Uint8Array.of(9), value: new Uint8Array(1) },
      ];
      await disk.commit({ checks: [], writes, durable: true });
      const { bad, records, slots } = await store.check();
      expect({ records, slots }).toEqual({ records: 8, slots: 1 });
      expect(bad).toEqual([
        { what: 'slot', place: '9', problem: 'not as the ring says' },
        { what: 'record', place: Buffer.from(first).toString('hex'), problem: 'does not open' },
        { what: 'record', place: Buffer.from(second).toString('hex'), problem: 'unknown key' },
        { what: 'row', place: '09', problem: 'foreign' },
      ]);
      const chunks: Uint8Array[] = [];
      await disk.commit({
        checks: [],
        writes: [{ key: Uint8Array.of(1, 0, 0, 0, 9), value: undefined }],
        durable: true,
      });
      const report = await store.backup({ write: (chunk) => void chunks.push(chunk) });
      expect(report.bad).toHaveLength(3);
      expect(report.records).toBe(8);
      const copy = others.backend();
      await restoreStore({ ...unlock, backend: copy, source: chunks });
      expect(await (await others.open()).check()).toMatchObject({ records: 8, bad: [] });
    });

    it('restores a complete backup of another back end', async () => {
      const original = await others.open(unlock);
      await fill(original, 500);
      await original.keys.rotate({ wait: async () => {} });
      await original.keys.addSlot({ passphrase: 'second', label: 'second', kdf });
      const file = await backupOf(original);
      expect(await restore(file)).toMatchObject({ records: 500, changed: 0, removed: 0 });
      const restored = await stores.open({ passphrase: 'second' });
      expect(await contents(restored)).toEqual(await contents(original));
      expect(restored.secret('x')).toEqual(original.secret('x'));
      expect((await restored.keys.status()).slots).toHaveLength(2);
      expect(await restored.check()).toMatchObject({ bad: [], leftovers: 0 });
    });

    it('reports when the backup was made, and accepts chunks of any size', async () => {
      const original = await others.open(unlock, { now: () => 1_700_000_000 });
      await fill(original, 5);
      const file = await backupOf(original);
      const bytes = Array.from(file, (byte) => Uint8Array.of(byte));
      const report = await restore(file, { source: [new Uint8Array(0), ...bytes] });
      expect(report).toEqual({ created: 1_700_000_000, records: 5, changed: 0, removed: 0 });
      expect(Object.keys(await contents(await stores.open()))).toHaveLength(5);
    });

    it('backs up one moment while others write', async () => {
      const store = await stores.open();
      await fill(store, 400);
      const writer = await stores.open();
      const chunks: Uint8Array[] = [];
      let written = 0;
      await store.backup({
        write: async (chunk) => {
          chunks.push(chunk);
          written += 1;
          await accountsOf(writer).insert(`late ${written}`, account('late'));
          await accountsOf(writer).remove(`user ${400 - written}`);
          await accountsOf(writer).update(`user ${written}`, (value) => ({ ...value, logins: -1 }));
        },
      });
      expect(written).toBeGreaterThan(3);
      await restoreStore({ ...unlock, backend: others.backend(), source: chunks });
      const found = await contents(await others.open());
      expect(found).toEqual(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`user ${i}`, i])));
    });

    it('applies rules to records before they become visible', async () => {
      const original = await others.open();
      await fill(original, 20);
      await original.collection('invitations', z.string()).insert('code', 'for bob');
      const file = await backupOf(original);
      const seen: string[] = [];
      const rules = [
        restoreRule('accounts', Account, (value, id) => {
          seen.push(id);
          return value.logins % 2 === 0 ? { ...value, logins: 1000 } : undefined;
        }),
        restoreRule('invitations', z.string(), () => REMOVE),
      ];
      expect(await restore(file, { rules })).toMatchObject({ records: 20, changed: 10, removed: 1 });
      expect(seen).toHaveLength(20);
      const restored = await stores.open();
      const expected = Array.from({ length: 20 }, (_, i) => [`user ${i}`, i % 2 === 0 ? 1000 : i]);
      expect(await contents(restored)).toEqual(Object.fromEntries(expected));
      expect(await restored.collection('invitations', z.string()).get('code')).toBeUndefined();
    });

    it('refuses a place with data, and replaces all of it on request', async () => {
      const store = await stores.open();
      await fill(store, 300);
      const original = await others.open({ passphrase: 'another' });
      await fill(original, 7);
      const file = await backupOf(original);
      await expect(restore(file, { passphrase: 'another' })).rejects.toEqual(coded('exists'));
      expect(Object.keys(await contents(store))).toHaveLength(300);
      await restore(file, { passphrase: 'another', replace: true });
      const restored = await stores.open({ passphrase: 'another' });
      expect(Object.keys(await contents(restored))).toHaveLength(7);
      expect(await rowsIn(stores.backend())).toBe(1 + 1 + 7);
      // A process that had the old store open cannot write into the new one.
      await expect(accountsOf(store).insert('x', account('x'))).rejects.toEqual(coded('locked_out'));
    });

    it('goes back to an older state of the same store under a running process, which then sees it', async () => {
      const store = await stores.open();
      await fill(store, 5);
      const file = await backupOf(store);
      const running = await stores.open();
      await accountsOf(running).insert('late', account('late'));
      await accountsOf(store).remove('user 1');
      await restore(file, { replace: true });
      await accountsOf(running).insert('later', account('later'));
      expect(await accountsOf(running).get('late')).toBeUndefined();
      expect(await accountsOf(running).get('user 1')).toBeDefined();
      expect((await running.check()).bad).toEqual([]);
    });

    it('carries records that are in the backup only, and verifies it without a back end', async () => {
      const store = await stores.open();
      await fill(store, 10);
      const accounts = accountsOf(store);
      const chunks: Uint8Array[] = [];
      const more = [accounts.inserting('only there', account('only there'))];
      const { records } = await store.backup({ more, write: (chunk) => void chunks.push(chunk) });
      expect(records).toBe(11);
      expect(await accounts.get('only there')).toBeUndefined();
      const seen: string[] = [];
      const rules = [restoreRule('accounts', Account, ({ name }) => void seen.push(name))];
      const facts = await verifyBackup({ ...unlock, source: chunks, rules });
      expect(facts).toEqual({ created: expect.any(Number), records: 11 });
      expect(seen).toHaveLength(11);
      const whole = Buffer.concat(chunks);
      for (const source of [whole.subarray(0, -1), whole.map((byte, i) => (i === 999 ? byte ^ 1 : byte))])
        await expect(verifyBackup({ ...unlock, source: [source] })).rejects.toEqual(coded('damaged'));
      await restore(whole, { replace: true });
      expect((await accountsOf(await stores.open()).get('only there'))?.value.name).toBe('only there');
    });

    it('restores nothing from a file truncated at any byte or altered anywhere', async () => {
      const original = await others.open();
      await fill(original, 1);
      const file = await backupOf(original);
      const backend = stores.backend();
      // Reading the file is the same everywhere; the point is that the place stays clean.
      const step = name === 'memory' ? 1 : 29;
      for (let length = 0; length < file.length; length += step)
        await expect(
          restoreStore({ ...unlock, backend, source: [file.subarray(0, length)] }),
          `cut at ${length}`,
        ).rejects.toMatchObject({ name: 'StoreError' });
      for (let at = 0; at < file.length; at += 7 * step) {
        const altered = file.with(at, (file[at] ?? 0) ^ (1 << (at % 8)));
        await expect(
          restoreStore({ ...unlock, backend, source: [altered] }),
          `altered at ${at}`,
        ).rejects.toMatchObject({ name: 'StoreError' });
      }
      await expect(restoreStore({ ...unlock, backend, source: [file, Uint8Array.of(0)] })).rejects.toEqual(
        coded('damaged'),
      );
      expect(await isEmptyBackend(backend)).toBe(true);
    });

    it('restores nothing from a file that lacks one record', async () => {
      const original = await others.open();
      await fill(original, 3);
      const file = await backupOf(original);
      const view = new DataView(file.buffer);
      let at = 13;
      const starts: number[] = [];
      while (file[at] !== 0) {
        starts.push(at);
        at += 5 + (file[at] ?? 0) + view.getUint32(at + 1);
      }
      const [from = 0, to = 0] = starts.slice(-2);
      const shorter = Buffer.concat([file.subarray(0, from), file.subarray(to)]);
      const count = shorter.length - 40;
      shorter.writeBigUInt64BE(shorter.readBigUInt64BE(count) - 1n, count);
      await expect(restore(new Uint8Array(shorter))).rejects.toEqual(coded('damaged'));
    });

    it('refuses a file that is not a backup, a later format, and a wrong passphrase', async () => {
      const file = await backupOf(await others.open());
      await expect(restore(new TextEncoder().encode('name,salt,vkey\n'))).rejects.toEqual(
        coded('not_a_store'),
      );
      await expect(restore(new Uint8Array(0))).rejects.toEqual(coded('not_a_store'));
      await expect(restore(file.with(4, 2))).rejects.toEqual(coded('newer_format'));
      await expect(restore(file, { passphrase: 'wrong' })).rejects.toEqual(coded('wrong_passphrase'));
      expect(await isEmptyBackend(stores.backend())).toBe(true);
    });

    it('leaves nothing when a rule fails or the restore is aborted', async () => {
      const original = await others.open();
      await fill(original, 300);
      const file = await backupOf(original);
      const controller = new AbortController();
      const reason = new Error('enough');
      let seen = 0;
      const rules = [
        restoreRule('accounts', Account, () => {
          seen += 1;
          if (seen === 200) controller.abort(reason);
          return undefined;
        }),
      ];
      await expect(restore(file, { rules, signal: controller.signal })).rejects.toBe(reason);
      const unfit = [restoreRule('accounts', z.number(), () => undefined)];
      await expect(restore(file, { rules: unfit })).rejects.toEqual(coded('invalid'));
      expect(await isEmptyBackend(stores.backend())).toBe(true);
      await restore(file);
    });

    it('can repeat an interrupted restore, and removes the leftovers of one', async () => {
      const original = await others.open();
      await fill(original, 300);
      const file = await backupOf(original);
      const dying = dyingAfter(stores.backend(), 2);
      await expect(restore(file, { backend: dying })).rejects.toThrow('cut');
      expect(await rowsIn(stores.backend())).toBeGreaterThan(100);
      await expect(stores.open()).rejects.toEqual(coded('not_a_store'));
      await restore(file);
      const store = await stores.open();
      expect(Object.keys(await contents(store))).toHaveLength(300);
      await expect(
        restore(file, { backend: dyingAfter(stores.backend(), 2), replace: true }),
      ).rejects.toThrow('cut');
      expect((await store.check()).leftovers).toBeGreaterThan(100);
      expect(Object.keys(await contents(store))).toHaveLength(300);
      expect(await store.removeLeftovers()).toBeGreaterThan(100);
      expect(await store.check()).toMatchObject({ records: 300, bad: [], leftovers: 0 });
    });

    it('lets only one of two restores into the same place succeed', async () => {
      const original = await others.open();
      await fill(original, 300);
      const file = await backupOf(original);
      const outcomes = await Promise.allSettled([
        restore(file, { replace: true }),
        restore(file, { replace: true }),
      ]);
      expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
      const store = await stores.open();
      expect(Object.keys(await contents(store))).toHaveLength(300);
      await store.removeLeftovers();
      expect(await store.check()).toMatchObject({ bad: [], leftovers: 0 });
    });
  });
}
