/** Tokens: who gets one, what it says, and which keys sign. */
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { tokenRecords } from '../src/credentials/tokens/records.ts';
import { Tokens } from '../src/credentials/tokens/tokens.ts';
import { change, GRAPHS, ISSUER, issued, loggedIn, makeTokenWorld, verified, WIKI } from './token-world.ts';
import { accountOf, login, register } from './world.ts';

const DAY = 24 * 3600;
const refusal = (code: string) => ({ type: 'error', code });
const ask = (audience: string) => ({ type: 'token.issue', audience }) as const;

describe('a token', () => {
  it('says who logged in, when and how, and which of the roles that the service requires they have', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'bob@example.org', 'web', 'admin');
    const { uid, generation } = await accountOf(at.world, 'bob@example.org');
    const authTime = at.world.now;
    at.world.now += 100;
    const { token, expiresAt } = await issued(peer, GRAPHS);
    const { now } = at.world;
    expect(expiresAt).toBe(now + 600);
    expect(await verified(at, token, GRAPHS)).toEqual({
      iss: ISSUER,
      sub: uid,
      aud: GRAPHS,
      iat: now - 30,
      exp: expiresAt,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      client_id: 'countersign',
      auth_time: authTime,
      amr: ['pwd', 'otp', 'mfa'],
      preferred_username: 'bob@example.org',
      roles: ['web'],
      gen: generation,
    });
    const { jwks } = await at.world.services.tokens.publishedKeys();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: jwks.keys[0]?.kid });
  });

  it('names no role for a service that requires none', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'alice', 'web');
    const { token } = await issued(peer, WIKI);
    expect(await verified(at, token, WIKI)).toMatchObject({ roles: [] });
  });

  it('says that a login with a recovery code had no one-time password', async () => {
    const at = await makeTokenWorld();
    const user = await register(at.world, 'alice');
    const peer = at.world.connect();
    await peer.prove(user.username, user.password);
    await peer.expect('login.done', { type: 'recovery.submit', code: user.recoveryCodes[0] ?? '' });
    const { token } = await issued(peer, WIKI);
    expect(await verified(at, token, WIKI)).toMatchObject({ amr: ['pwd', 'mfa'] });
  });

  it('is valid for the requested time, up to what the service allows', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'alice');
    const lifeOf = async (seconds?: number) => (await issued(peer, WIKI, seconds)).expiresAt - at.world.now;
    expect([await lifeOf(60), await lifeOf(), await lifeOf(3600)]).toEqual([60, 300, 300]);
  });

  it('is refused for an audience that is not listed, to the letter, and for a service that was removed', async () => {
    const at = await makeTokenWorld();
    const { user } = await loggedIn(at, 'alice');
    for (const audience of [`${WIKI}/`, 'https://WIKI.example.org', 'wiki', 'countersign']) {
      const { peer } = await login(at.world, user);
      expect(await peer.ask(ask(audience))).toMatchObject(refusal('unknown_service'));
    }
    expect(await at.tokens.removeService('wiki')).toMatchObject({ audience: WIKI });
    expect(await at.tokens.removeService('wiki')).toBeUndefined();
    const { peer } = await login(at.world, user);
    expect(await peer.ask(ask(WIKI))).toMatchObject(refusal('unknown_service'));
  });

  it('is refused by a server without an issuer URL', async () => {
    const at = await makeTokenWorld({ issuerUrl: undefined });
    const { peer } = await loggedIn(at, 'alice');
    expect(await peer.ask(ask(WIKI))).toMatchObject(refusal('unknown_service'));
  });

  it('is refused without any of the roles, and to a user named like one', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'web', 'admin');
    expect(await peer.ask(ask(GRAPHS))).toMatchObject(refusal('role_missing'));
  });

  it('is refused over 15 minutes after the second factor', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'alice');
    at.world.uptime += 900;
    await issued(peer, WIKI);
    at.world.uptime += 1;
    expect(await peer.ask(ask(WIKI))).toMatchObject(refusal('login_again'));
  });

  it.each(['a lost role', 'disabling', 'removal', 'a reset'])('is refused after %s', async (what) => {
    const at = await makeTokenWorld();
    const { peer, user } = await loggedIn(at, 'alice', 'web');
    await change(at, what, user);
    expect(await peer.ask(ask(WIKI))).toMatchObject(refusal('session_stale'));
  });

  it('is one event of the audit log, found by its jti', async () => {
    const at = await makeTokenWorld();
    const { peer } = await loggedIn(at, 'alice');
    const { jti } = await verified(at, (await issued(peer, WIKI)).token, WIKI);
    await issued(peer, WIKI);
    const events = (await readAudit(at.world.store)).filter(({ detail }) => detail?.includes(`${jti}`));
    expect(events).toMatchObject([
      { kind: 'token.issued', username: 'alice', source: '192.0.2.1', detail: `service wiki, token ${jti}` },
    ]);
  });
});

it('an account is issued 20 tokens in ten minutes', async () => {
  const at = await makeTokenWorld();
  const { peer, user } = await loggedIn(at, 'alice');
  for (let n = 0; n < 20; n++) await issued(peer, WIKI);
  at.world.now += 100;
  expect(await peer.ask(ask(WIKI))).toMatchObject({ ...refusal('slow_down'), retryAfter: 500 });
  at.world.now += 500;
  await issued((await login(at.world, user)).peer, WIKI);
});

describe('the keys', () => {
  const kidsOf = async ({ world }: Awaited<ReturnType<typeof makeTokenWorld>>) =>
    (await world.services.tokens.publishedKeys()).jwks.keys.map(({ kid }) => kid);

  it('are published 30 days before they sign, sign for 30 days, and stay until the last token has expired and a day', async () => {
    const at = await makeTokenWorld();
    const { user } = await loggedIn(at, 'alice');
    const signer = async () => {
      const { token } = await issued((await login(at.world, user)).peer, WIKI);
      await verified(at, token, WIKI);
      return decodeProtectedHeader(token).kid;
    };
    const [first, second] = await kidsOf(at);
    expect(await signer()).toBe(first);
    at.world.now += 29 * DAY;
    expect(await signer()).toBe(first);
    expect(await kidsOf(at)).toEqual([first, second]);
    at.world.now += DAY;
    expect(await signer()).toBe(second);
    const [, , third] = await kidsOf(at);
    expect(await kidsOf(at)).toEqual([first, second, third]);
    at.world.now += DAY + 3599;
    expect(await kidsOf(at)).toContain(first);
    at.world.now += 1;
    expect(await kidsOf(at)).toEqual([second, third]);
    at.world.now += 29 * DAY;
    expect(await signer()).toBe(third);
  });

  it('are published for 30 days before they sign even if nothing was issued for a year', async () => {
    const at = await makeTokenWorld();
    const { user } = await loggedIn(at, 'alice');
    const before = await at.world.services.tokens.publishedKeys();
    at.world.now += 365 * DAY;
    const copied = await at.world.services.tokens.publishedKeys();
    expect(copied.jwks).toEqual(before.jwks);
    expect(copied.goodUntil).toBe(at.world.now + 30 * DAY);
    for (const days of [0, 15, 14]) {
      at.world.now += days * DAY;
      const { token } = await issued((await login(at.world, user)).peer, WIKI);
      const { kid } = decodeProtectedHeader(token);
      expect(copied.jwks.keys.map((key) => key.kid)).toContain(kid);
    }
  });

  it('contain no private part where they are published, and lose it in the store when they no longer sign', async () => {
    const at = await makeTokenWorld();
    const { user } = await loggedIn(at, 'alice');
    at.world.now += 31 * DAY;
    await issued((await login(at.world, user)).peer, WIKI);
    const { jwks } = await at.world.services.tokens.publishedKeys();
    for (const key of jwks.keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const kept = await tokenRecords(at.world.store).keys.read();
    expect(kept?.value.keys.map(({ d }) => d !== undefined)).toEqual([false, true, true]);
  });

  it('are created once when two processes issue tokens during a rotation, with one event', async () => {
    const at = await makeTokenWorld();
    const { world } = at;
    const { services, store } = world;
    const other = new Tokens(services, {
      store,
      clock: () => world.now * 1000,
      randomBytes: services.randomBytes,
      issuerUrl: ISSUER,
    });
    const logins = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        await register(world, `user${n}`);
        const { username, uid, generation } = await accountOf(world, `user${n}`);
        const standing = { username, uid, generation };
        return { standing, at: world.now, factor: 'totp', source: 'here' } as const;
      }),
    );
    world.now += 31 * DAY;
    const issues = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const login = logins[n % 10];
        if (!login) throw new Error('no such user');
        return (n % 2 === 0 ? services.tokens : other).issue(login, { audience: WIKI });
      }),
    );
    const ids = await Promise.all(issues.map(async ({ token }) => (await verified(at, token, WIKI)).jti));
    expect(new Set(ids).size).toBe(100);
    expect(await kidsOf(at)).toHaveLength(3);
    const events = await readAudit(store);
    expect(events.filter(({ kind }) => kind === 'token.keys_changed')).toHaveLength(1);
    for (const id of ids)
      expect(events.filter(({ detail }) => detail?.endsWith(`token ${id}`))).toHaveLength(1);
  });
});
