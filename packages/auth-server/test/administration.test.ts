import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Administration } from '../src/accounts/administration.ts';
import { readAudit } from '../src/audit/read.ts';
import { DEFAULT_LIMITS, limitsSchema } from '../src/limits/limits.ts';
import { openBreakableStore } from './breakable-store.ts';
import {
  accountOf,
  codeAt,
  login,
  makeWorld,
  nextFactor,
  register,
  START,
  secretOf,
  type World,
  wrongCode,
} from './world.ts';

/** The administrator's process: the same store, and nothing else of the server's. */
function administrationOf(world: World, limits = DEFAULT_LIMITS): Administration {
  return new Administration({
    store: world.store,
    limits,
    clock: () => world.now * 1000,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
}

async function kindsOf(world: World): Promise<string[]> {
  return (await readAudit(world.store)).map(({ kind }) => kind);
}

const DEVICE = new Uint8Array(32).fill(5);

describe('the administrator', () => {
  it('sees every account and its state, and none of its secrets', async () => {
    const world = await makeWorld();
    const admin = administrationOf(world);
    const alice = await register(world, 'alice');
    await register(world, 'bobby');
    const { done } = await login(world, alice, '192.0.2.1', DEVICE);
    await world.connect().prove('alice', 'wrong');
    await admin.disable('bobby');

    const list = new Map<string, unknown>();
    for await (const account of admin.list()) list.set(account.username, account);
    expect(list.size).toBe(2);
    expect(list.get('bobby')).toEqual({
      username: 'bobby',
      created: START + 60,
      lastLogin: undefined,
      state: 'disabled',
      waits: [],
      recoveryCodesLeft: 10,
      roles: [],
      imported: false,
    });
    const details = await admin.show('Alice');
    expect(details).toMatchObject({
      username: done.username,
      state: 'active',
      waits: [],
      lastLogin: world.now,
      suite: '3072-sha256',
      totp: { algorithm: 'SHA1', digits: 6, period: 30, weak: false },
      failures: { passwords: 1, codes: 0 },
      devices: [{ added: world.now, used: world.now }],
      clockOffsets: [0],
    });
    const account = await world.services.accounts.find('alice');
    const shown = JSON.stringify(details);
    for (const secret of [account?.credential.verifier, account?.credential.salt, account?.totp.secret])
      expect(shown).not.toContain(secret);
  });

  it.each(['show', 'find', 'unlock', 'disable', 'enable'] as const)(
    'is told by %s that there is no such account, also for names outside the rules',
    async (action) => {
      const admin = administrationOf(await makeWorld());
      for (const name of ['nobody', 'a:b', ''])
        await expect(admin[action](name)).rejects.toMatchObject({ code: 'no_such_account' });
    },
  );

  it('disables an account at once and enables it again, each recorded in the audit log once', async () => {
    const world = await makeWorld();
    const admin = administrationOf(world);
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    expect(await admin.disable('ALICE')).toEqual({ username: 'alice', changed: true });
    expect(await admin.disable('alice')).toEqual({ username: 'alice', changed: false });
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
    expect(await world.connect().prove('alice', user.password)).toMatchObject({ code: 'disabled' });
    expect(await admin.enable('alice')).toEqual({ username: 'alice', changed: true });
    expect(await admin.enable('alice')).toEqual({ username: 'alice', changed: false });
    await login(world, user);
    expect((await kindsOf(world)).filter((kind) => kind.startsWith('admin.'))).toEqual([
      'admin.disabled',
      'admin.enabled',
    ]);
  });

  it('does not disable an account that another administrator disabled in the meantime', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const admin = administrationOf(world);
    await register(world, 'alice');
    disk.overtake = async () => {
      disk.overtake = undefined;
      expect(await admin.disable('alice')).toMatchObject({ changed: true });
    };
    expect(await admin.disable('alice')).toMatchObject({ changed: false });
    expect(await kindsOf(world)).toEqual(['account.registered', 'admin.disabled']);
  });

  it('removes an account; its sessions end and its name is free', async () => {
    const world = await makeWorld();
    const admin = administrationOf(world);
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    await admin.remove(await admin.find('alice'));
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
    await expect(admin.show('alice')).rejects.toMatchObject({ code: 'no_such_account' });
    await login(world, await register(world, 'alice'));
    expect(await kindsOf(world)).toContain('admin.removed');
  });

  it('does nothing to a later account of the same name', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const admin = administrationOf(world);
    await register(world, 'alice');
    const seen = await admin.find('alice');
    const anew = async () => {
      const now = await admin.find('alice');
      await admin.remove(now);
      await register(world, 'alice');
    };
    await anew();
    await expect(admin.remove(seen)).rejects.toMatchObject({ code: 'session_stale' });
    await expect(admin.resetTotp(seen)).rejects.toMatchObject({ code: 'session_stale' });
    // Between the reading and the commit of one command, which has no question.
    for (const action of ['disable', 'unlock'] as const) {
      disk.overtake = async () => {
        disk.overtake = undefined;
        await anew();
      };
      await expect(admin[action]('alice')).rejects.toMatchObject({ code: 'session_stale' });
    }
    expect(await admin.show('alice')).toMatchObject({ state: 'active', recoveryCodesLeft: 10 });
  });

  it('unlocks codes that too many wrong ones have locked', async () => {
    const limits = limitsSchema.parse({ code: { lockAfter: 3 } });
    const world = await makeWorld({ limits });
    const admin = administrationOf(world, limits);
    const user = await register(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    for (let n = 0; n < 3; n++)
      await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    expect(await admin.show('alice')).toMatchObject({ state: 'codes_locked', failures: { codes: 3 } });
    await admin.unlock('alice');
    expect(await admin.show('alice')).toMatchObject({ state: 'active' });
    await login(world, user);
    expect(await kindsOf(world)).toContain('admin.unlocked');
  });

  it('unlocks codes that a clock that was ahead has used up, and none that can have been used', async () => {
    const world = await makeWorld();
    const admin = administrationOf(world);
    const user = await register(world, 'alice');
    expect((await admin.show('alice')).codesRefusedUntil).toBeUndefined();
    world.now += 7 * 86_400;
    await login(world, user);
    const used = world.now;
    world.now -= 7 * 86_400;
    await expect(login(world, user)).rejects.toThrow();
    const { codesRefusedUntil } = await admin.show('alice');
    expect(codesRefusedUntil).toBeGreaterThan(used);
    expect(codesRefusedUntil).toBeLessThanOrEqual(used + 60);

    await admin.unlock('alice');
    expect((await admin.show('alice')).codesRefusedUntil).toBeUndefined();
    const { lastStep } = (await world.services.accounts.find('alice'))?.totp ?? {};
    expect(lastStep).toBe(Math.floor(world.now / 30) + 1);
    const [event] = (await readAudit(world.store)).filter(({ kind }) => kind === 'admin.unlocked');
    expect(event?.detail).toBe(`last time step ${Math.floor(used / 30)} set back to ${lastStep}`);
    // Codes of this step and the next can have been used before the clock ran ahead.
    const peer = world.connect();
    await peer.prove('alice', user.password);
    for (const code of [codeAt(world, user.secret), codeAt(world, user.secret, 1)])
      await peer.expect('factor.rejected', { type: 'totp.submit', code });
    world.now += 60;
    await login(world, user);

    // A second one changes nothing: the step stays where logins have brought it.
    const before = (await world.services.accounts.find('alice'))?.totp.lastStep;
    await admin.unlock('alice');
    expect((await world.services.accounts.find('alice'))?.totp.lastStep).toBe(before);
  });

  it('sees who has to wait for what, from where, and until when', async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ name: { failures: 3, delay: 600 } }) });
    const admin = administrationOf(world, world.services.limits);
    const user = await register(world, 'alice');
    await login(world, user, '192.0.2.1', DEVICE);
    for (let n = 0; n < 4; n++) await world.connect({ source: '2001:db8::/64' }).prove('alice', 'wrong');
    for (let n = 0; n < 4; n++) await world.connect().prove('alice', 'wrong', DEVICE);
    expect((await admin.show('alice')).waits).toContainEqual({
      kind: 'password',
      device: true,
      until: world.now + 1,
    });
    world.now += 1;
    const peer = world.connect();
    await peer.prove('alice', user.password, DEVICE);
    for (let n = 0; n < 5; n++)
      await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });

    const { state, waits } = await admin.show('alice');
    expect(state).toBe('waiting');
    expect(waits).toHaveLength(2);
    expect(waits).toEqual(
      expect.arrayContaining([
        { kind: 'totp', until: world.now + 60 },
        { kind: 'password', until: world.now + 599 },
      ]),
    );
    for await (const account of admin.list()) expect(account).toMatchObject({ state, waits });
    world.now += 601;
    expect(await admin.show('alice')).toMatchObject({ state: 'active', waits: [] });
  });

  it.each(['the administrator', 'its owner'])(
    'leaves no rows of an account that %s removed, and all that strangers have to wait for at its name',
    async (who) => {
      const world = await makeWorld();
      const { store, services } = world;
      const admin = administrationOf(world);
      const user = await register(world, 'alice');
      const { uid } = await accountOf(world, 'alice');
      const stranger = () => world.connect({ source: '198.51.100.66' }).prove('alice', 'wrong');
      for (let n = 0; n < 4; n++) await stranger();
      await services.ledger.judgeFactor(uid, 'recovery', () => ({ right: false }));
      const { peer } = await login(world, user);
      await services.ledger.judgeFactor(uid, 'totp', () => ({ right: false }));
      const rows = async () => {
        const ids: string[] = [];
        for await (const { id } of store.collection('ledger', z.unknown()).entries()) ids.push(id);
        return ids;
      };
      expect((await rows()).filter((id) => id.includes(uid))).toHaveLength(2);
      const factor = nextFactor(world, user);
      await stranger();
      const removal =
        who === 'its owner'
          ? peer.ask({ type: 'account.remove', factor })
          : admin.remove(await admin.find('alice'));
      await removal;
      expect((await rows()).filter((id) => id.includes(uid))).toEqual([]);
      await register(world, 'alice');
      world.now -= 60;
      expect(await stranger()).toMatchObject({ code: 'slow_down' });
    },
  );

  it('ends the wait after wrong passwords from where the user logs in', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    await login(world, user);
    for (let n = 0; n < 4; n++) await world.connect().prove('alice', 'wrong');
    const startLogin = async () => (await world.connect().startLogin('alice', user.password)).answer;
    expect(await startLogin()).toMatchObject({ code: 'slow_down' });
    await administrationOf(world).unlock('alice');
    expect(await startLogin()).toMatchObject({ type: 'login.challenge' });
  });

  it('resets an authenticator with a code that allows only a new one', async () => {
    const world = await makeWorld();
    const admin = administrationOf(world);
    const user = await register(world, 'alice');
    const { peer: old } = await login(world, user);
    const code = await admin.resetTotp(await admin.find('alice'));
    expect(await admin.show('alice')).toMatchObject({ state: 'totp_reset', recoveryCodesLeft: 1 });
    expect(await old.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });

    const peer = world.connect();
    expect(await peer.prove('alice', user.password)).toMatchObject({ factors: ['totp.replace'] });
    const factor = { kind: 'recovery', code } as const;
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    const secret = secretOf(otpauth);
    await peer.expect('login.done', { type: 'totp.confirm', code: codeAt(world, secret) });
    expect(await admin.show('alice')).toMatchObject({ state: 'active', recoveryCodesLeft: 0 });
    expect(JSON.stringify(await readAudit(world.store))).not.toContain(code.replaceAll('-', ''));
    expect(JSON.stringify(await readAudit(world.store))).not.toContain(code);
  });
});
