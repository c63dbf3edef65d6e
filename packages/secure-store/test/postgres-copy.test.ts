import { afterEach, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { copyStore } from '../src/index.ts';
import { account, accountsOf, coded, PASSPHRASE, Stores } from './fixtures.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { postgresPlace } from './postgres-place.ts';

withCounterpart('postgresql', 'a deployment that outgrows one machine', () => {
  let small: Stores;
  let large: Stores;
  beforeEach(async () => {
    small = new Stores(await lmdbPlace());
    large = new Stores(await postgresPlace());
  });
  afterEach(async () => {
    await small.end();
    await large.end();
  });

  it('moves from LMDB to PostgreSQL while users register, and loses none', async () => {
    const store = await small.open();
    const acknowledged: string[] = [];
    const refusals: unknown[] = [];
    let underWay = () => {};
    const begun = new Promise<void>((resolve) => {
      underWay = resolve;
    });
    const register = async (desk: number) => {
      for (let i = 0; ; i += 1) {
        const name = `user ${desk}.${i}`;
        try {
          await accountsOf(store).insert(name, account(name, i));
          acknowledged.push(name);
        } catch (error) {
          refusals[desk] = error;
          return;
        }
        if (acknowledged.length === 400) underWay();
      }
    };
    const desks = Array.from({ length: 8 }, (_, desk) => register(desk));
    await begun;
    const report = await copyStore({
      passphrase: PASSPHRASE,
      from: small.backend(),
      to: large.backend(),
      mode: 'move',
    });
    await Promise.all(desks);
    expect(refusals).toEqual(desks.map(() => coded('moved')));
    const moved = await large.open();
    expect(report.bad).toEqual([]);
    const names: string[] = [];
    for await (const { value } of accountsOf(moved).entries()) names.push(value.name);
    expect(names.sort()).toEqual(acknowledged.sort());
    expect(moved.secret('x')).toEqual(store.secret('x'));
  });
});
