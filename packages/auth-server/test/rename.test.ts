import { describe, expect, it } from 'vitest';
import { accountSchema } from '../src/accounts/account.ts';
import type { Administration } from '../src/accounts/administration.ts';
import { readAudit } from '../src/audit/read.ts';
import { verifyAudit } from '../src/audit/verify.ts';
import { openBreakableStore } from './breakable-store.ts';
import { certified, isRevoked, krlOf, loggedIn, makeSshWorld } from './ssh-world.ts';
import { accountOf, credentialOf, login, nextFactor, register } from './world.ts';

const rename = async (admin: Administration, from: string, to: string) =>
  admin.rename(await admin.find(from), to);

describe('a renamed account', () => {
  it('logs in under the new name with the same password, and the old name is free', async () => {
    const { world, admin } = await makeSshWorld();
    const alice = await register(world, 'alice');
    const { uid } = await accountOf(world, 'alice');
    expect(await rename(admin, 'ALICE', 'Ally')).toEqual({ username: 'ally' });
    expect(await world.connect().prove('alice', alice.password)).toMatchObject({
      code: 'authentication_failed',
    });
    const ally = { ...alice, username: 'ally' };
    const { peer, done } = await login(world, ally);
    expect(done).toMatchObject({ username: 'ally', advice: ['upgrade_credential'] });
    expect(await accountOf(world, 'ally')).toMatchObject({ uid, credential: { identity: 'alice' } });

    const upgrade = { ...credentialOf('ally', ally.password), factor: nextFactor(world, ally) };
    await peer.expect('credential.upgraded', { type: 'credential.upgrade', ...upgrade });
    expect((await accountOf(world, 'ally')).credential.identity).toBe('ally');
    await login(world, await register(world, 'alice'));
    await login(world, ally);
  });

  it('loses its sessions, and its SSH certificates are revoked', async () => {
    const ssh = await makeSshWorld();
    const { world, admin } = ssh;
    const { peer } = await loggedIn(ssh, 'alice', 'web');
    const certificate = await certified(peer);
    expect(isRevoked(await krlOf(ssh), certificate)).toBe(false);
    await rename(admin, 'alice', 'ally');
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
    expect(isRevoked(await krlOf(ssh), certificate)).toBe(true);
    await register(world, 'alice');
    expect(isRevoked(await krlOf(ssh), certificate)).toBe(true);
  });

  it('is one event in the audit log, which vouches for the record under the new name alone', async () => {
    const { world, admin } = await makeSshWorld();
    await register(world, 'alice');
    const accounts = world.store.collection('accounts', accountSchema);
    const before = await accounts.get('alice');
    await rename(admin, 'alice', 'ally');
    const events = await readAudit(world.store);
    expect(events.find(({ kind }) => kind === 'admin.renamed')).toMatchObject({
      username: 'alice',
      detail: 'now ally',
      accounts: [{ username: 'ally', version: String((before?.version ?? 0n) + 1n) }],
    });
    expect(await verifyAudit(world.store)).toMatchObject({
      accounts: { vouched: 1, unvouched: 0 },
      problems: [],
    });
  });

  it('keeps what failed since its last login, also after the counters were swept', async () => {
    const { world, admin } = await makeSshWorld();
    const alice = await register(world, 'alice');
    await world.connect({ source: '203.0.113.9' }).prove('alice', alice.password);
    await rename(admin, 'alice', 'ally');
    world.now += 3 * 86_400;
    await world.services.ledger.sweep();
    const { done } = await login(world, { ...alice, username: 'ally' });
    expect(done.failedSince).toMatchObject({ unfinished: { count: 1, source: '203.0.113.9' } });
  });
});

describe('a new name', () => {
  it('is refused if it breaks the rules, is the old one, is taken, or an invitation is for it', async () => {
    const { world, admin } = await makeSshWorld();
    await register(world, 'alice');
    await register(world, 'robert');
    const { services } = world;
    await services.invitations.create({ now: world.now, validFor: 60, username: 'carol' });
    const refused = [
      ['a:b', 'name_refused'],
      ['Alice', 'name_refused'],
      ['robert', 'name_taken'],
      ['carol', 'name_invited'],
    ] as const;
    for (const [name, code] of refused)
      await expect(rename(admin, 'alice', name)).rejects.toMatchObject({ code });
    world.now += 60;
    await rename(admin, 'alice', 'carol');
  });

  it('goes to the one of two accounts that gets it first', async () => {
    const { store, disk } = await openBreakableStore();
    const { world, admin } = await makeSshWorld({ store });
    await register(world, 'alice');
    await register(world, 'robert');
    disk.overtake = async () => {
      disk.overtake = undefined;
      await rename(admin, 'robert', 'carol');
    };
    await expect(rename(admin, 'alice', 'carol')).rejects.toMatchObject({ code: 'name_taken' });
    expect(await accountOf(world, 'alice')).toBeDefined();
    expect(await world.services.accounts.find('robert')).toBeUndefined();
  });
});

describe('ending the sessions of an account', () => {
  it('ends them, forgets its devices and revokes its certificates; the password stays', async () => {
    const ssh = await makeSshWorld();
    const { world, admin } = ssh;
    const { user, peer } = await loggedIn(ssh, 'alice', 'web');
    const certificate = await certified(peer);
    const device = new Uint8Array(32).fill(5);
    await login(world, user, '198.51.100.7', device);
    expect((await admin.show('alice')).devices).toEqual([
      { added: world.now, used: world.now, source: '198.51.100.7' },
    ]);
    expect(await admin.endSessions('ALICE')).toEqual({ username: 'alice' });
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
    expect(isRevoked(await krlOf(ssh), certificate)).toBe(true);
    expect((await admin.show('alice')).devices).toEqual([]);
    const events = await readAudit(world.store);
    expect(events.find(({ kind }) => kind === 'admin.sessions_ended')).toMatchObject({
      username: 'alice',
    });
    await login(world, user);
  });
});
