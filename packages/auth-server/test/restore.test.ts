import { memoryBackend, openStore, restoreStore } from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';
import { restoreRules, tellOfRestore } from '../src/accounts/backup.ts';
import { readAudit } from '../src/audit/read.ts';
import { verifyAudit } from '../src/audit/verify.ts';
import { SshAdministration } from '../src/credentials/ssh-administration.ts';
import { TokenAdministration } from '../src/credentials/tokens/administration.ts';
import { proveInvitation } from './invited.ts';
import { certified, isRevoked, krlOf, loggedIn, makeSshWorld, request } from './ssh-world.ts';
import { ISSUER, issued, makeTokenWorld, verified, WIKI } from './token-world.ts';
import {
  accountOf,
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  register,
  type World,
} from './world.ts';

async function restored(world: World) {
  const backup: Uint8Array[] = [];
  await world.store.backup({ write: (chunk) => void backup.push(chunk) });
  return async () => {
    const backend = memoryBackend();
    const passphrase = 'a passphrase for tests';
    const report = await restoreStore({
      backend,
      passphrase,
      source: backup,
      rules: restoreRules(world.now, world.services.randomBytes),
    });
    const store = await openStore({ backend, passphrase });
    await tellOfRestore(store, report.created, {
      clock: () => world.now * 1000,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    });
    const again = await makeWorld({ store, issuerUrl: ISSUER });
    again.now = world.now;
    return again;
  };
}

describe('a restored backup', () => {
  it('accepts no code that can have been used since, and every later one', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const restore = await restored(world);
    await login(world, user);
    const codes = [-1, 0, 1].map((steps) => codeAt(world, user.secret, steps));
    const again = await restore();
    for (const code of codes) {
      const peer = again.connect();
      await peer.prove('alice', user.password);
      expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ type: 'factor.rejected' });
    }
    again.now += 60;
    await login(again, user);
  });

  it('accepts no recovery code or invitation from before', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const open = await makeWorld({ store: world.store });
    const user = await register(open, 'alice');
    world.now = open.now;
    const { code } = await world.services.invitations.create({ now: world.now, validFor: 3600 });
    const again = await (await restored(world))();
    const peer = again.connect();
    await peer.prove('alice', user.password);
    const recovery = { type: 'recovery.submit', code: user.recoveryCodes[0] ?? '' } as const;
    expect(await peer.ask(recovery)).toMatchObject({ reason: 'wrong' });
    const invited = again.connect({ source: '192.0.2.77' });
    expect(await proveInvitation(invited, code)).toMatchObject({ code: 'authentication_failed' });
  });

  it('revokes every SSH certificate of before, and issues none until the administrator resumes', async () => {
    const at = await makeSshWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web');
    const restore = await restored(at.world);
    const since = await certified(peer);
    const world = await restore();
    const clock = () => world.now * 1000;
    const ssh = new SshAdministration({ store: world.store, journal: world.services.journal, clock });
    const again = { ...at, world, ssh };
    world.now += 60;
    const refused = await (await login(world, user)).peer.ask(request());
    expect(refused).toMatchObject({ type: 'error', code: 'issuing_paused' });
    expect(await ssh.isPaused()).toBe(true);
    await ssh.resume();
    const later = await certified((await login(world, user)).peer);
    const krl = await krlOf(again);
    expect([isRevoked(krl, since), isRevoked(krl, later)]).toEqual([true, false]);
  });

  it('removes every key of tokens, and issues none until the administrator resumes, with new keys', async () => {
    const at = await makeTokenWorld();
    const { user } = await loggedIn(at, 'alice');
    const before = await at.world.services.tokens.publishedKeys();
    const world = await (await restored(at.world))();
    expect(await world.services.tokens.publishedKeys()).toEqual({ jwks: { keys: [] }, goodUntil: undefined });
    const clock = () => world.now * 1000;
    const tokens = new TokenAdministration({ store: world.store, journal: world.services.journal, clock });
    world.now += 60;
    const refused = await (await login(world, user)).peer.ask({ type: 'token.issue', audience: WIKI });
    expect(refused).toMatchObject({ type: 'error', code: 'issuing_paused' });
    expect(await tokens.isPaused()).toBe(true);
    expect([await tokens.resume(), await tokens.resume()]).toEqual([true, false]);
    const { token } = await issued((await login(world, user)).peer, WIKI);
    await verified({ ...at, world }, token, WIKI);
    const { jwks } = await world.services.tokens.publishedKeys();
    const kids = before.jwks.keys.map(({ kid }) => kid);
    expect(jwks.keys.map(({ kid }) => kids.includes(kid))).toEqual([false, false]);
  });

  it('ends the power of a session that changed the account once since the backup', async () => {
    const backend = memoryBackend();
    const passphrase = 'a passphrase for tests';
    const store = await openStore({
      backend,
      passphrase,
      create: 'if-empty',
      kdf: { m: 8, t: 1, p: 1 },
    });
    const world = await makeWorld({ store });
    const user = await register(world, 'alice');
    const idle = (await login(world, user)).peer;
    const { peer } = await login(world, user);
    const source: Uint8Array[] = [];
    await store.backup({ write: (chunk) => void source.push(chunk) });
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    const rules = restoreRules(world.now, world.services.randomBytes);
    await restoreStore({ backend, passphrase, source, rules, replace: true });
    const factor = { kind: 'recovery', code: user.recoveryCodes[0] ?? '' } as const;
    for (const session of [peer, idle])
      expect(await session.ask({ type: 'account.remove', factor })).toMatchObject({ code: 'session_stale' });
    world.now += 60;
    await login(world, user);
    await store.close();
  });

  it('gives every account a new generation, including records with the counters of earlier versions', async () => {
    const world = await makeWorld();
    const before = new Map<string, number>();
    for (const [n, name] of ['alice', 'bert', 'carla'].entries()) {
      await register(world, name);
      const account = await accountOf(world, name);
      const generation = n === 0 ? account.generation : n;
      before.set(name, generation);
      await world.services.accounts.administer(account, (now) => ({ ...now, generation }), {
        kind: 'admin.enabled',
        username: name,
      });
    }
    const again = await (await restored(world))();
    const drawn = new Set<number>();
    for (const [name, generation] of before) {
      const account = await accountOf(again, name);
      expect(account.generation).not.toBe(generation);
      drawn.add(account.generation);
    }
    expect(drawn.size).toBe(before.size);
  });

  it('records in its audit log that it was restored, and its log is intact', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const again = await (await restored(world))();
    expect(await verifyAudit(again.store)).toMatchObject({
      problems: [],
      accounts: { vouched: 1, unvouched: 0 },
    });
    expect((await readAudit(again.store)).map(({ kind }) => kind)).toEqual([
      'account.registered',
      'store.restored',
      'audit.vouched',
    ]);
  });
});
