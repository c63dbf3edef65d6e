/** What revokes SSH certificates: the revocation list, and the rotation of the authority. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sshRecords } from '../src/credentials/records.ts';
import { SshCertificates } from '../src/credentials/ssh-certificates.ts';
import { certified, change, isRevoked, krlOf, loggedIn, makeSshWorld, newKey } from './ssh-world.ts';
import { accountOf } from './world.ts';

const HOUR = 3600;
const anything = z.object({ other: z.boolean() });

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
