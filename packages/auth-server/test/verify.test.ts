/** `/verify`: what proxies learn about a token, and which tokens are refused. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { TokenAdministration } from '../src/credentials/tokens/administration.ts';
import { tokenRecords } from '../src/credentials/tokens/records.ts';
import { ask, openPorts } from './http-world.ts';
import { change, GRAPHS, ISSUER, issued, loggedIn, makeTokenWorld, WIKI } from './token-world.ts';

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const basic = (text: string) => ({
  headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
});
const path = (audience: string, more = '') => `/verify?audience=${encodeURIComponent(audience)}${more}`;

/** A world with a user who has a token for the service `graphs`. */
async function withToken(username = 'alice') {
  const at = await makeTokenWorld();
  const { privatePort, failures } = await openPorts(at.world);
  const { peer, user } = await loggedIn(at, username, 'web');
  const { token } = await issued(peer, GRAPHS);
  const statusOf = async (wanted: string, given = token) =>
    (await ask(privatePort, wanted, bearer(given))).status;
  return { at, peer, user, token, port: privatePort, failures, statusOf };
}

describe('/verify', () => {
  it('names the user, the roles and the uid', async () => {
    const { at, port, token } = await withToken('bob@example.org');
    const { uid } = await at.admin.find('bob@example.org');
    const { status, headers, body } = await ask(port, path(GRAPHS), bearer(token));
    expect([status, body.length]).toEqual([204, 0]);
    expect(headers).toMatchObject({
      'remote-user': 'bob@example.org',
      'remote-groups': 'web',
      'remote-uid': uid,
      'cache-control': 'no-store',
    });
  });

  it('has all three headers for an account without roles, and encodes a name that headers cannot carry', async () => {
    const at = await makeTokenWorld();
    const { privatePort } = await openPorts(at.world);
    const { peer } = await loggedIn(at, "zoë!~*'()");
    const { token } = await issued(peer, WIKI);
    const { headers } = await ask(privatePort, path(WIKI), bearer(token));
    expect(headers).toMatchObject({
      'remote-user': 'zo%C3%AB%21%7E%2A%27%28%29',
      'remote-groups': '',
      'remote-uid': expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it('accepts the token as the password of Basic, with any name, and asks for it with challenge=basic', async () => {
    const { port, token } = await withToken();
    for (const name of ['', 'alice', 'mallory'])
      expect((await ask(port, path(GRAPHS), basic(`${name}:${token}`))).status).toBe(204);
    for (const text of [token, `${token}:`, `alice:${token}x`, ':'])
      expect((await ask(port, path(GRAPHS), basic(text))).status).toBe(401);
    const challenge = async (more: string) =>
      (await ask(port, path(GRAPHS, more))).headers['www-authenticate'];
    expect(await challenge('')).toBe('Bearer');
    expect(await challenge('&challenge=bearer')).toBe('Bearer');
    expect(await challenge('&challenge=basic')).toBe('Basic realm="Countersign"');
  });

  it('answers 403 without the role', async () => {
    const { statusOf } = await withToken();
    expect([await statusOf(path(GRAPHS, '&role=web')), await statusOf(path(GRAPHS, '&role=db'))]).toEqual([
      204, 403,
    ]);
  });

  it('answers 401 for another audience, and after the token has expired', async () => {
    const { at, statusOf } = await withToken();
    expect(await statusOf(path(WIKI))).toBe(401);
    expect(await statusOf(path(`${GRAPHS}/`))).toBe(401);
    at.world.now += 599;
    expect(await statusOf(path(GRAPHS))).toBe(204);
    at.world.now += 1;
    expect(await statusOf(path(GRAPHS))).toBe(401);
  });

  it.each(['a new password', 'a lost role', 'disabling', 'removal', 'a reset'])(
    'answers 401 at once after %s',
    async (what) => {
      const { at, user, statusOf } = await withToken();
      expect(await statusOf(path(GRAPHS))).toBe(204);
      await change(at, what, user);
      expect(await statusOf(path(GRAPHS))).toBe(401);
    },
  );

  it('answers 401 when the key is gone, as after a restore', async () => {
    const { at, statusOf } = await withToken();
    const { keys } = tokenRecords(at.world.store);
    expect(await statusOf(path(GRAPHS))).toBe(204);
    await keys.collection.update('tokens', () => ({ keys: [], paused: true }));
    expect(await statusOf(path(GRAPHS))).toBe(401);
    await new TokenAdministration({
      store: at.world.store,
      journal: at.world.services.journal,
      clock: () => at.world.now * 1000,
    }).resume();
    expect(await statusOf(path(GRAPHS))).toBe(401);
  });

  it.each([
    '/verify',
    '/verify?audience=',
    '/verify?audience=a&audience=b',
    '/verify?audience=a&role=',
    '/verify?audience=a&rôle=web',
    '/verify?audience=a&challenge=digest',
    '/verify?audience=a&aud=b',
  ])('answers 400 to %s, which a proxy asks by mistake', async (wanted) => {
    const { statusOf } = await withToken();
    expect(await statusOf(encodeURI(wanted))).toBe(400);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic',
    'Basic !',
    'Digest a',
    'bearer a.b.c',
    'Bearer a b',
    'Bearer ..',
    'x',
  ])('answers 401 to the authorization %j', async (authorization) => {
    const { port, failures } = await withToken();
    expect((await ask(port, path(GRAPHS), { headers: { authorization } })).status).toBe(401);
    expect(failures).toEqual([]);
  });

  it('refuses tokens that an attacker derived from a valid one', async () => {
    const { at, token, statusOf, failures } = await withToken();
    const claims = decodeJwt(token);
    const header = { ...decodeProtectedHeader(token), alg: 'ES256' };
    const { jwks } = await at.world.services.tokens.publishedKeys();
    const kept = (await tokenRecords(at.world.store).keys.read())?.value.keys[0];
    const { d = '', x = '', y = '' } = kept ?? {};
    const real = await importJWK({ kty: 'EC', crv: 'P-256', x, y, d }, 'ES256');
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const sign = (more: object, head: object, key: KeyObject | Uint8Array | typeof real = real) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...header, ...head }).sign(key);
    const pem = await exportSPKI(createPublicKey({ key: { ...jwks.keys[0] }, format: 'jwk' }));
    expect(await statusOf(path(GRAPHS), await sign({}, {}))).toBe(204);
    const [head, body, signature = ''] = token.split('.');
    const forged: Readonly<Record<string, string>> = {
      'no signature': new UnsecuredJWT(claims).encode(),
      'an empty signature': `${head}.${body}.`,
      'a changed signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      'HS256 with the public key': await sign({}, { alg: 'HS256' }, Buffer.from(pem)),
      'another key under the same id': await sign({}, {}, other),
      'an unknown key': await sign({}, { kid: 'unknown' }, other),
      'no key id': await sign({}, { kid: undefined }),
      'a key of its own': await sign({}, { kid: 'mine', jwk: other.export({ format: 'jwk' }) }, other),
      'another type': await sign({}, { typ: 'JWT' }),
      'no type': await sign({}, { typ: undefined }),
      'a critical header': await sign({}, { crit: ['x'], x: 1 }).catch(() => 'a.b.c'),
      'another issuer': await sign({ iss: 'https://login.example.com' }, {}),
      'no expiry': await sign({ exp: undefined }, {}),
      'another generation': await sign({ gen: Number(claims.gen) + 1 }, {}),
      'another user': await sign({ preferred_username: 'root' }, {}),
      'another uid': await sign({ sub: 'AAAA' }, {}),
      'roles that are no list': await sign({ roles: 'web' }, {}),
    };
    for (const [what, each] of Object.entries(forged))
      expect([what, await statusOf(path(GRAPHS), each)]).toEqual([what, 401]);
    expect(failures).toEqual([]);
    expect(claims.iss).toBe(ISSUER);
  });
});
