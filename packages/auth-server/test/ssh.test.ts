/** SSH certificates: who gets one, and what it says. */
import { lastSerialOf } from '@countersign/ssh-core';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { SshCertificates } from '../src/credentials/ssh-certificates.ts';
import { certified, change, loggedIn, makeSshWorld, newKey, request } from './ssh-world.ts';
import { accountOf, login, register } from './world.ts';

const HOUR = 3600;
const refusal = (code: string) => ({ type: 'error', code });

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
