import { describe, expect, it } from 'vitest';
import { DEFAULT_SERVER_PROFILE } from '../src/session/services.ts';
import { login, makeWorld, register, STRETCH } from './world.ts';

describe('the profile of the server', () => {
  it('is up to date with a credential whose stretch lists the same costs in another order', async () => {
    const { name, m, t, p } = STRETCH;
    const world = await makeWorld({ profile: { ...DEFAULT_SERVER_PROFILE, stretch: { p, t, m, name } } });
    const { done } = await login(world, await register(world, 'alice'));
    expect(done.advice).toEqual([]);
  });
});
