/** SSH certificates: who gets one, what it says, and what revokes it. */
import { lastSerialOf } from '@countersign/ssh-core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readAudit } from '../src/audit/read.ts';
import { sshRecords } from '../src/credentials/records.ts';
import { SshCertificates } from '../src/credentials/ssh-certificates.ts';
import {
  certified,
  isRevoked,
  krlOf,
  loggedIn,
  makeSshWorld,
  newKey,
  request,
  type SshWorld,
} from './ssh-world.ts';
import { accountOf, credentialOf, login, nextFactor, register, type User } from './world.ts';

const HOUR = 3600;
const anything = z.object({ other: z.boolean() });
const refusal = (code: string) => ({ type: 'error', code });

/** What an owner or an administrator does to an account. */
async function change({ world, admin }: SshWorld, what: string, user: User): Promise<void> {
  switch (what) {
    case 'a new password': {
      const { peer } = await login(world, user);
      const factor = nextFactor(world, user);
      const credential = credentialOf(user.username, 'another password');
      await peer.expect('password.changed', { type: 'password.change', ...credential, factor });
      break;
    }
    case 'a lost role':
      await admin.changeRoles(user.username, { remove: ['db'] });
      break;
    case 'disabling':
      await admin.disable(user.username);
      break;
    case 'removal':
      await admin.remove(await admin.find(user.username));
      break;
    case 'a reset':
      await admin.resetTotp(await admin.find(user.username));
      break;
    default:
      throw new Error(what);
  }
}

describe('a certificate', () => {
  it('names the user, the roles and nothing else, for ten hours', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'bob@example.org', 'web', 'db', 'wiki');
    const { uid } = await accountOf(at.world, 'bob@example.org');
    const certificate = await certified(peer);
    const { now } = at.world;
    expect(certificate).toMatchObject({
      keyId: `bob%40example.org#${uid}`,
      principals: ['db', 'web'],
      validAfter: now - 60,
      validBefore: now + 10 * HOUR,
      criticalOptions: [],
      extensions: [{ name: 'permit-port-forwarding' }, { name: 'permit-pty' }, { name: 'permit-user-rc' }],
    });
    expect(BigInt(certificate.serial) >> 31n).toBe(BigInt(lastSerialOf(now)) >> 31n);
    const [authority] = await at.ssh.authorities();
    expect(authority).toMatchObject({ state: 'signing' });
  });

  it('is for the roles and the time that were asked for, within those of the roles', async () => {
    const at = await makeSshWorld();
    await at.ssh.listRole({ role: 'db', hours: 2, agentForwarding: true });
    const { peer } = await loggedIn(at, 'alice', 'web', 'db');
    const lifeOf = ({ validBefore }: { validBefore: number }) => validBefore - at.world.now;
    expect(lifeOf(await certified(peer, { roles: ['web'], seconds: 600 }))).toBe(600);
    expect(lifeOf(await certified(peer, { roles: ['db'], seconds: 3 * HOUR }))).toBe(2 * HOUR);
    expect(lifeOf(await certified(peer))).toBe(2 * HOUR);
  });

  it('allows agent forwarding only if each of its roles does', async () => {
    const at = await makeSshWorld();
    await at.ssh.listRole({ role: 'db', agentForwarding: true });
    const { peer } = await loggedIn(at, 'alice', 'web', 'db');
    const names = async (roles: string[]) =>
      (await certified(peer, { roles })).extensions.map(({ name }) => name);
    expect(await names(['db'])).toContain('permit-agent-forwarding');
    expect(await names(['db', 'web'])).not.toContain('permit-agent-forwarding');
  });

  it('is refused without a role, for a role that is not listed or not held, and to a user named like one', async () => {
    const at = await makeSshWorld();
    const { user } = await loggedIn(at, 'web', 'wiki');
    for (const roles of [undefined, ['web'], ['wiki']]) {
      const { peer } = await login(at.world, user);
      expect(await peer.ask({ ...request(), roles })).toMatchObject(refusal('role_missing'));
    }
    const { peer } = await loggedIn(at, 'alice', 'web');
    expect(await peer.ask({ ...request(), roles: ['web', 'db'] })).toMatchObject(refusal('role_missing'));
  });

  it('is for one of 256 listed roles at most', async () => {
    const at = await makeSshWorld();
    for (let n = 2; n < 256; n++) await at.ssh.listRole({ role: `r${n}`, agentForwarding: false });
    const more = { role: 'more', agentForwarding: false };
    await expect(at.ssh.listRole(more)).rejects.toMatchObject({ code: 'list_full' });
    await at.ssh.listRole({ role: 'web', agentForwarding: true });
    await at.ssh.removeRole('db');
    await at.ssh.listRole(more);
  });

  it('is refused for a role that was taken off the list', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    await certified(peer);
    expect(await at.ssh.removeRole('web')).toBe(true);
    expect(await at.ssh.removeRole('web')).toBe(false);
    expect(await peer.ask(request())).toMatchObject(refusal('role_missing'));
  });

  it('is refused over 15 minutes after the second factor', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    at.world.uptime += 900;
    await certified(peer);
    at.world.uptime += 1;
    expect(await peer.ask(request())).toMatchObject(refusal('login_again'));
  });

  it.each([
    ['a DSA key', `ssh-dss ${Buffer.from('\0\0\0\x07ssh-dss').toString('base64')}`],
    ['a key that was cut off', request().publicKey.slice(0, -8)],
    ['a kind that does not exist', 'ssh-foo AAAAB3NzaC1mb28='],
  ])('is refused for %s', async (_, publicKey) => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    expect(await peer.ask({ type: 'ssh.certify', publicKey })).toMatchObject(refusal('key_refused'));
  });

  it.each(['a new password', 'a lost role', 'disabling', 'removal'])('is refused after %s', async (what) => {
    const at = await makeSshWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web', 'db');
    await change(at, what, user);
    expect(await peer.ask(request())).toMatchObject(refusal('session_stale'));
  });

  it('is one event of the audit log, found by its serial number', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const { serial } = await certified(peer);
    await certified(peer);
    const events = (await readAudit(at.world.store)).filter(({ detail }) =>
      detail?.includes(`serial ${serial},`),
    );
    expect(events).toMatchObject([{ kind: 'ssh.certified', username: 'alice', source: '192.0.2.1' }]);
  });
});

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

describe('the revocation list', () => {
  it('revokes nothing at first, and has no section without an authority', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const certificate = await certified(peer);
    expect(isRevoked(await krlOf(at), certificate)).toBe(false);
  });

  it.each(['a new password', 'a lost role', 'disabling', 'removal', 'a reset'])(
    'revokes the certificates of an account after %s, and of no other',
    async (what) => {
      const at = await makeSshWorld();
      const { peer, user } = await loggedIn(at, 'alice', 'web', 'db');
      const certificate = await certified(peer);
      const { peer: another } = await loggedIn(at, 'robert', 'web');
      const kept = await certified(another);
      await change(at, what, user);
      const krl = await krlOf(at);
      expect([isRevoked(krl, certificate), isRevoked(krl, kept)]).toEqual([true, false]);
    },
  );

  it('does not revoke a certificate whose account gets another role', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const certificate = await certified(peer);
    await at.admin.changeRoles('alice', { add: ['db'] });
    expect(isRevoked(await krlOf(at), certificate)).toBe(false);
  });

  it('revokes a certificate by its serial number, or all of an account, until they expire', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const [one, two, three] = [await certified(peer), await certified(peer), await certified(peer)];
    expect(await at.ssh.revoke(one.serial)).toMatchObject({ username: 'alice' });
    const krl = await krlOf(at);
    expect([one, two, three].map((each) => isRevoked(krl, each))).toEqual([true, false, false]);
    expect(await at.ssh.revokeAccount(await at.admin.find('alice'))).toBe(2);
    const later = await krlOf(at);
    expect([one, two, three].map((each) => isRevoked(later, each))).toEqual([true, true, true]);
    await expect(at.ssh.revoke('1')).rejects.toMatchObject({ code: 'no_such_certificate' });
    at.world.now += 10 * HOUR;
    expect((await krlOf(at)).certificates).toEqual([]);
    expect(await at.world.services.ssh.prune()).toBe(0);
    at.world.now += HOUR + 1;
    expect(await at.world.services.ssh.prune()).toBe(3);
  });

  it('revokes everything up to the fence, and nothing that is issued afterwards, whatever the clocks say', async () => {
    const at = await makeSshWorld();
    const { user } = await loggedIn(at, 'alice', 'web');
    const { store, services } = at.world;
    const { username, uid, generation } = await accountOf(at.world, user.username);
    const standing = { username, uid, generation };
    let ahead = 0;
    const other = new SshCertificates(services, {
      store,
      clock: () => (at.world.now + ahead) * 1000,
      randomBytes: services.randomBytes,
    });
    const step = fc.record({
      passed: fc.integer({ min: 0, max: 700 }),
      ahead: fc.integer({ min: -600, max: 290 }),
      what: fc.constantFrom('issue', 'issue elsewhere', 'revoke all'),
    });
    const before: Awaited<ReturnType<typeof other.issue>>[] = [];
    const after: typeof before = [];
    await fc.assert(
      fc.asyncProperty(step, async ({ passed, what, ahead: skew }) => {
        at.world.now += passed + 600;
        ahead = skew;
        if (what === 'revoke all') {
          await at.ssh.revokeAll();
          before.push(...after.splice(0));
        } else {
          const from = what === 'issue' ? services.ssh : other;
          after.push(await from.issue(standing, { publicKey: newKey(), seconds: 300 }, 'here'));
        }
        const [section] = (await krlOf(at)).certificates;
        const last = BigInt(section?.ranges[0]?.last ?? 0);
        for (const { serial } of before.slice(-5)) expect(BigInt(serial)).toBeLessThanOrEqual(last);
        for (const { serial } of after.slice(-5)) expect(BigInt(serial)).toBeGreaterThan(last);
      }),
      { numRuns: 60 },
    );
    expect(before.length + after.length).toBeGreaterThan(0);
  });

  it('cannot be computed while a record that it needs is damaged', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    await certified(peer);
    const { issued } = sshRecords(at.world.store);
    for await (const { id } of issued.entries()) {
      await issued.remove(id);
      await at.world.store.collection('ssh-certificates', anything).insert(id, { other: true });
    }
    await expect(at.world.services.ssh.krl()).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a rotation', () => {
  it('leaves every certificate valid: the old authority is trusted until its last certificate has expired', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const old = await certified(peer);
    const states = async () => (await at.ssh.authorities()).map(({ state }) => state);
    await expect(at.ssh.rotate('switch')).rejects.toMatchObject({ code: 'wrong_step' });
    await at.ssh.rotate('prepare');
    expect(await states()).toEqual(['signing', 'prepared']);
    await expect(at.ssh.rotate('prepare')).rejects.toMatchObject({ code: 'wrong_step' });
    await at.ssh.rotate('switch');
    expect(await states()).toEqual(['retired', 'signing']);
    const next = await certified(peer);
    expect(next.authority).not.toEqual(old.authority);
    const krl = await krlOf(at);
    expect([isRevoked(krl, old), isRevoked(krl, next)]).toEqual([false, false]);
    await expect(at.ssh.rotate('finish')).rejects.toMatchObject({
      code: 'wrong_step',
      retryAfter: 10 * HOUR,
    });
    at.world.now += 10 * HOUR;
    await at.ssh.rotate('finish');
    expect(await states()).toEqual(['signing']);
    await expect(at.ssh.rotate('finish')).rejects.toMatchObject({ code: 'wrong_step' });
  });

  it('because an authority is compromised revokes all that it signed, and deletes its private key', async () => {
    const at = await makeSshWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const stolen = await certified(peer);
    await at.ssh.rotate('compromised');
    const next = await certified(peer);
    const krl = await krlOf(at);
    expect([isRevoked(krl, stolen), isRevoked(krl, next)]).toEqual([true, false]);
    const kept = await sshRecords(at.world.store).authorities.read();
    expect(kept?.value.map(({ state, privateKey }) => [state, privateKey === undefined])).toEqual([
      ['compromised', true],
      ['signing', false],
    ]);
  });

  it('takes the prepared authority when the signing one is compromised: hosts trust it already', async () => {
    const at = await makeSshWorld();
    const [, prepared] = await at.ssh.rotate('prepare');
    const after = await at.ssh.rotate('compromised');
    expect(after.map(({ state }) => state)).toEqual(['compromised', 'signing']);
    expect(after[1]?.publicKey).toBe(prepared?.publicKey);
  });
});

it('100 certificates of two processes have different serial numbers, and an event each', async () => {
  const at = await makeSshWorld();
  const { world } = at;
  const { services } = world;
  const other = new SshCertificates(services, {
    store: world.store,
    clock: () => world.now * 1000,
    randomBytes: services.randomBytes,
  });
  const standings = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      await register(world, `user${n}`);
      await at.admin.changeRoles(`user${n}`, { add: ['web'] });
      const { username, uid, generation } = await accountOf(world, `user${n}`);
      return { username, uid, generation };
    }),
  );
  const serials = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const standing = standings[n % 10];
      if (!standing) throw new Error('no such user');
      const from = n % 2 === 0 ? services.ssh : other;
      return (await from.issue(standing, { publicKey: newKey() }, 'here')).serial;
    }),
  );
  expect(new Set(serials).size).toBe(100);
  const events = (await readAudit(world.store)).filter(({ kind }) => kind === 'ssh.certified');
  expect(events).toHaveLength(100);
  for (const serial of serials)
    expect(events.filter(({ detail }) => detail?.startsWith(`serial ${serial},`))).toHaveLength(1);
});
