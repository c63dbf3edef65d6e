/** Copying and moving stores, from and to every back end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend } from '../src/backend.ts';
import { copyStore } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, coded, Stores } from './fixtures.ts';
import { contents, dyingAfter, dyingAt, fill, forwarded, kdf, memoryPlace, unlock } from './transfer.ts';

export function describeCopy(name: string, makePlace: () => Promise<Place>): void {
  describe(`copy and move on ${name}`, () => {
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

    it.each(['from', 'to'] as const)('copies %s it', async (direction) => {
      const [here, there] = direction === 'from' ? [stores, others] : [others, stores];
      const store = await here.open();
      await fill(store, 300);
      await store.keys.addSlot({ passphrase: 'second', label: 'second', kdf });
      const report = await copyStore({ ...unlock, from: here.backend(), to: there.backend() });
      expect(report).toEqual({ records: 300, followed: 0, bad: [] });
      const copy = await there.open({ passphrase: 'second' });
      expect(await contents(copy)).toEqual(await contents(store));
      expect(copy.secret('x')).toEqual(store.secret('x'));
      await accountsOf(store).insert('still here', account('x'));
      await expect(copyStore({ ...unlock, from: here.backend(), to: there.backend() })).rejects.toEqual(
        coded('exists'),
      );
    });

    it.each(['from', 'to'] as const)(
      'moves %s it while others write, and loses nothing',
      async (direction) => {
        const [here, there] = direction === 'from' ? [stores, others] : [others, stores];
        const store = await here.open();
        await fill(store, 300);
        const writer = await here.open();
        const done: string[] = [];
        const refusals: unknown[] = [];
        const writing = (async () => {
          for (let i = 0; refusals.length === 0; i += 1) {
            // Memory answers within one turn of the event loop; the other place needs more turns.
            await new Promise((resolve) => setImmediate(resolve));
            try {
              await accountsOf(writer).insert(`late ${i}`, account('late', i));
              done.push(`late ${i}`);
              await accountsOf(writer).update('user 7', (value) => ({ ...value, logins: i }));
              await accountsOf(writer).remove(`user ${100 + i}`);
            } catch (error) {
              refusals.push(error);
            }
          }
        })();
        const report = await copyStore({
          ...unlock,
          from: here.backend(),
          to: there.backend(),
          mode: 'move',
        });
        await writing;
        expect(refusals).toEqual([coded('moved')]);
        expect(report.bad).toEqual([]);
        const moved = await there.open();
        const found = await contents(moved);
        for (const id of done) expect(found[id]).toBeDefined();
        expect(await contents(writer)).toEqual(found);
        expect(Object.keys(found).length).toBe(report.records);
        await expect(here.open()).rejects.toEqual(coded('moved'));
      },
    );

    it('reopens the source when a move fails at its end', async () => {
      const store = await stores.open();
      await fill(store, 10);
      const target = others.backend();
      let commits = 0;
      const counting: Backend = {
        ...forwarded(target),
        commit: async (batch) => {
          commits += 1;
          return await target.commit(batch);
        },
      };
      await copyStore({ ...unlock, from: stores.backend(), to: counting, mode: 'move', replace: true });
      await copyStore({ ...unlock, from: target, to: stores.backend(), mode: 'move', replace: true });
      const again = dyingAt(others.backend(), commits);
      await expect(
        copyStore({ ...unlock, from: stores.backend(), to: again, mode: 'move', replace: true }),
      ).rejects.toThrow('cut');
      await accountsOf(await stores.open()).insert('still here', account('x'));
    });

    it('completes a move that was interrupted between closing the source and opening the destination', async () => {
      const store = await stores.open();
      await fill(store, 10);
      // The first commit closes the source; after that it no longer answers.
      const closing = dyingAfter(stores.backend(), 1);
      await expect(
        copyStore({ ...unlock, from: closing, to: dyingAt(others.backend(), 3), mode: 'move' }),
      ).rejects.toThrow('cut');
      await expect(stores.open()).rejects.toEqual(coded('moved'));
      await copyStore({
        ...unlock,
        from: stores.backend(),
        to: others.backend(),
        mode: 'move',
        replace: true,
      });
      expect(Object.keys(await contents(await others.open()))).toHaveLength(10);
    });
  });
}
