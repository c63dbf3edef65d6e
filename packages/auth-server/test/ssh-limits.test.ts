/** How many SSH certificates an account gets, and what is kept to count them. */
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { certified, loggedIn, makeSshWorld, request, type SshWorld } from './ssh-world.ts';
import { login } from './world.ts';

const HOUR = 3600;
const refusal = (code: string) => ({ type: 'error', code });

describe('limits', () => {
  it('allow 20 certificates in ten minutes', async () => {
    const at = await makeSshWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web');
    for (let n = 0; n < 20; n++) await certified(peer);
    at.world.now += 100;
    expect(await peer.ask(request())).toMatchObject({ ...refusal('slow_down'), retryAfter: 500 });
    at.world.now += 500;
    await certified((await login(at.world, user)).peer);
  });

  it('allow 50 unexpired certificates', async () => {
    const at = await makeSshWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web');
    const begin = at.world.now;
    for (let n = 0; n < 50; n++) {
      if (n % 20 === 19) at.world.now += 600;
      await certified(peer);
    }
    at.world.now += 600;
    const { retryAfter } = await peer.expect('error', request());
    expect(retryAfter).toBe(begin + 10 * HOUR - at.world.now);
    at.world.now += retryAfter ?? 0;
    await certified((await login(at.world, user)).peer);
  });
});

describe('cleaning up', () => {
  const countedAccounts = async (at: SshWorld) => {
    const ids: string[] = [];
    for await (const { id } of at.world.store.collection('ssh-recent', z.unknown()).entries()) ids.push(id);
    return ids;
  };

  it('removes what was counted for a removed account when its certificates have expired', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    await certified(peer);
    await at.admin.remove(await at.admin.find('alice'));
    await at.world.services.ssh.prune();
    expect(await countedAccounts(at)).toHaveLength(1);
    at.world.now += 10 * HOUR;
    await at.world.services.ssh.prune();
    expect(await countedAccounts(at)).toEqual([]);
  });

  it('keeps what is counted while it runs', async () => {
    const at = await makeSshWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web');
    await certified(peer);
    at.world.now += 10 * HOUR;
    const { peer: later } = await login(at.world, user);
    const { store, services } = at.world;
    const commit = store.commit.bind(store);
    // The certificate is issued between the reading and the removal.
    vi.spyOn(store, 'commit').mockImplementationOnce(async (...removal) => {
      await certified(later);
      return commit(...removal);
    });
    await services.ssh.prune();
    expect(await countedAccounts(at)).toHaveLength(1);
  });
});
