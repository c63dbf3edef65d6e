/** Rotation and resealing, on every back end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend, ResealOptions } from '../src/index.ts';
import { readHeader } from '../src/sealing/envelope.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, fill, Stores } from './fixtures.ts';

/** Never waits and works all the time. */
export const EAGER: ResealOptions = { wait: async () => {} };

/** Counts the records under each data key. */
export async function keyNumbers(backend: Backend): Promise<Map<number | undefined, number>> {
  const numbers = new Map<number | undefined, number>();
  for await (const { value } of backend.scan({ prefix: Uint8Array.of(2) })) {
    const number = readHeader(value)?.keyNumber;
    numbers.set(number, (numbers.get(number) ?? 0) + 1);
  }
  return numbers;
}

export function describeReseal(name: string, makePlace: () => Promise<Place>): void {
  describe(`resealing on ${name}`, () => {
    let stores: Stores;
    beforeEach(async () => {
      stores = new Stores(await makePlace());
    });
    afterEach(() => stores.end());

    it('rotates: reseals everything and deletes the old key', async () => {
      const store = await stores.open();
      await fill(store, 300);
      const progress: number[] = [];
      const report = await store.keys.rotate({
        ...EAGER,
        onProgress: ({ scanned }) => progress.push(scanned),
      });
      expect(report).toMatchObject({ deletedKeys: [1], damaged: 0 });
      expect(report.resealed).toBeGreaterThanOrEqual(300);
      expect(progress.at(-1)).toBe(report.scanned);
      expect([...(await keyNumbers(stores.backend())).keys()]).toEqual([2]);
      expect((await store.keys.status()).keys).toMatchObject([{ number: 2, active: true }]);
      for (const i of [0, 150, 299]) {
        expect((await accountsOf(await stores.open()).get(`user ${i}`))?.value.logins).toBe(i);
        expect((await accountsOf(store).get(`user ${i}`))?.value.logins).toBe(i);
      }
    });

    it('rotates while others write, and loses none of their writes', async () => {
      const [store, writer] = [await stores.open(), await stores.open()];
      await fill(store, 200);
      let rotating = true;
      const rotation = store.keys.rotate(EAGER).finally(() => {
        rotating = false;
      });
      let rounds = 0;
      const accounts = accountsOf(writer);
      while (rotating || rounds < 3) {
        for (let i = 0; i < 200; i += 7)
          await accounts.update(`user ${i}`, (value) => ({ ...value, logins: value.logins + 1 }), {
            durable: false,
          });
        await accounts.insert(`late ${rounds}`, account('late', rounds));
        rounds += 1;
      }
      expect(await rotation).toMatchObject({ deletedKeys: [1], damaged: 0 });
      for (let i = 0; i < 200; i += 1)
        expect((await accountsOf(store).get(`user ${i}`))?.value.logins).toBe(i + (i % 7 === 0 ? rounds : 0));
      expect([...(await keyNumbers(stores.backend())).keys()]).toEqual([2]);
    });

    it('can replace an entry that was read before it was resealed', async () => {
      const store = await stores.open();
      await fill(store, 1);
      const entry = await accountsOf(store).get('user 0');
      if (entry === undefined) throw new Error('the account is gone');
      await (await stores.open()).keys.rotate(EAGER);
      await store.commit([accountsOf(store).replacing(entry, account('y', 7))]);
      expect((await accountsOf(store).get('user 0'))?.value).toEqual(account('y', 7));
    });

    it('stops when aborted and resumes where it stopped', async () => {
      const store = await stores.open();
      await fill(store, 300);
      const controller = new AbortController();
      const reason = new Error('enough');
      const stopping = store.keys.rotate({
        ...EAGER,
        signal: controller.signal,
        onProgress: () => controller.abort(reason),
      });
      await expect(stopping).rejects.toBe(reason);
      const between = await keyNumbers(stores.backend());
      expect(between.get(1)).toBeGreaterThan(0);
      expect(between.get(2)).toBeGreaterThan(0);
      const again = await stores.open();
      const report = await again.keys.reseal(EAGER);
      expect(report.deletedKeys).toEqual([1]);
      expect(report.resealed).toBe(between.get(1));
      expect(await again.keys.reseal(EAGER)).toEqual({
        scanned: 0,
        resealed: 0,
        damaged: 0,
        deletedKeys: [],
      });
    });

    it('works only its share of the time', async () => {
      const store = await stores.open();
      await fill(store, 600);
      const waits: number[] = [];
      let time = 0;
      await store.keys.rotate({
        share: 0.2,
        clock: () => {
          time += 5;
          return time;
        },
        wait: async (milliseconds) => {
          waits.push(milliseconds);
        },
      });
      expect(waits.length).toBeGreaterThan(4);
      for (const wait of waits) expect(wait).toBeCloseTo(20);
      for (const share of [0, -1, 1.5, Number.NaN])
        await expect(store.keys.rotate({ share })).rejects.toThrow(RangeError);
    });

    it('keeps the key of a record that does not open', async () => {
      const store = await stores.open();
      await fill(store, 5);
      const disk = stores.backend();
      for await (const { key, value } of disk.scan({ prefix: Uint8Array.of(2), limit: 1 })) {
        value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
        await disk.commit({ checks: [], writes: [{ key, value }], durable: true });
      }
      expect(await store.keys.rotate(EAGER)).toMatchObject({ deletedKeys: [], damaged: 1 });
      expect((await store.keys.status()).keys).toHaveLength(2);
    });

    it('finishes a rotation while the ring keeps changing', async () => {
      const [store, other] = [await stores.open(), await stores.open()];
      await fill(store, 100);
      let changes = 0;
      const report = await store.keys.rotate({
        wait: async () => {
          if (changes < 6) await other.keys.rotateRoot();
          changes += 1;
        },
      });
      expect(changes).toBeGreaterThan(6);
      expect(report.damaged).toBe(0);
      expect((await store.keys.status()).keys).toHaveLength(1);
      expect((await accountsOf(other).get('user 99'))?.value.logins).toBe(99);
    });
  });
}
