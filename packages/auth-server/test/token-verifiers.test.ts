/** Tokens checked by independent programs, which accept good ones and refuse forgeries. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { tokenRecords } from '../src/credentials/tokens/records.ts';
import { Tokens } from '../src/credentials/tokens/tokens.ts';
import { openPorts } from './http-world.ts';
import { type Verifier, withJose, withOauth4webapi, withPyJwt } from './token-verifiers.ts';
import { GRAPHS, ISSUER, issued, loggedIn, makeTokenWorld, type TokenWorld } from './token-world.ts';
import { accountOf, register } from './world.ts';

/** A token of a real server, and what an attacker makes of it, with the name of the attack. */
async function tokensOf(at: TokenWorld) {
  // The verifiers have clocks of their own.
  at.world.now = Math.floor(Date.now() / 1000) - 60;
  const { peer } = await loggedIn(at, 'alice', 'web');
  const { token } = await issued(peer, GRAPHS);
  const claims = decodeJwt(token);
  const { kid } = decodeProtectedHeader(token);
  const [key] = (await tokenRecords(at.world.store).keys.read())?.value.keys ?? [];
  if (!key || kid === undefined) throw new Error('there is no key');
  const own = { kty: 'EC', crv: 'P-256', x: key.x, y: key.y, d: key.d ?? '', alg: 'ES256' };
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pem = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: key.x, y: key.y }, format: 'jwk' }).export(
    {
      type: 'spki',
      format: 'pem',
    },
  );
  const made = (more: object) => new SignJWT({ ...claims, ...more });
  const header = { alg: 'ES256', typ: 'at+jwt', kid };
  const past = at.world.now - 3600;
  const forged = {
    'for another audience': await made({ aud: 'https://other.example.org' })
      .setProtectedHeader(header)
      .sign(own),
    'of another issuer': await made({ iss: 'https://login.example.com' })
      .setProtectedHeader(header)
      .sign(own),
    'without a signature': new UnsecuredJWT(claims).encode(),
    'signed by HS256 with the public key': await made({})
      .setProtectedHeader({ ...header, alg: 'HS256' })
      .sign(Buffer.from(pem)),
    'that has expired': await made({ iat: past - 300, exp: past })
      .setProtectedHeader(header)
      .sign(own),
    'of an unknown key': await made({})
      .setProtectedHeader({ ...header, kid: 'unknown' })
      .sign(other),
    'of another key under the same id': await made({}).setProtectedHeader(header).sign(other),
  };
  return { token, forged, uid: claims.sub };
}

function agrees(verify: Verifier): void {
  it('accepts a good token, and refuses those of attackers', async () => {
    const at = await makeTokenWorld();
    const { publicPort } = await openPorts(at.world);
    const { token, forged, uid } = await tokensOf(at);
    const questions = [token, ...Object.values(forged)].map((each) => ({ token: each, audience: GRAPHS }));
    const [good, ...bad] = await verify(publicPort, questions);
    expect(good).toBe(uid);
    expect(Object.keys(forged).map((what, n) => [what, bad[n]])).toEqual(
      Object.keys(forged).map((what) => [what, undefined]),
    );
  });
}

describe('jose', () => agrees(withJose));
describe('oauth4webapi', () => agrees(withOauth4webapi));
withCounterpart(['python3-jwt', 'python3-cryptography'], 'PyJWT', () => agrees(withPyJwt));

it('a verifier that keeps the keys for ten minutes accepts every token of two processes through three rotations', async () => {
  const at = await makeTokenWorld();
  const { world } = at;
  const { store, services } = world;
  const process = (ahead: number) =>
    new Tokens(services, {
      store,
      clock: () => (world.now + ahead) * 1000,
      randomBytes: services.randomBytes,
      issuerUrl: ISSUER,
    });
  const processes = [process(0), process(2)];
  await register(world, 'alice');
  await at.admin.changeRoles('alice', { add: ['web'] });
  const { username, uid, generation } = await accountOf(world, 'alice');
  const standing = { username, uid, generation };
  let kept = { at: 0, jwks: (await services.tokens.publishedKeys()).jwks };
  const kids = new Set<string | undefined>();
  const verify = async (token: string) => {
    if (world.now - kept.at >= 600)
      kept = { at: world.now, jwks: (await services.tokens.publishedKeys()).jwks };
    const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(kept.jwks), {
      audience: GRAPHS,
      currentDate: new Date(world.now * 1000),
    });
    kids.add(protectedHeader.kid);
  };
  const begin = world.now;
  const month = 30 * 24 * 3600;
  /** Fetches the keys, issues when they are nearly ten minutes old, and asks again when the tokens have nearly expired. */
  const round = async (start: number) => {
    world.now = start;
    kept = { at: start, jwks: (await services.tokens.publishedKeys()).jwks };
    world.now += 590;
    const tokens = await Promise.all(
      processes.flatMap((each) =>
        [1, 2].map(() =>
          each.issue({ standing, at: begin, factor: 'totp', source: 'here' }, { audience: GRAPHS }),
        ),
      ),
    );
    for (const { token } of tokens) await verify(token);
    world.now += 590;
    for (const { token } of tokens) await verify(token);
  };
  let rotation = begin + month;
  for (let n = 0; n < 3; n++) {
    for (const before of [20 * 24 * 3600, 3600, 1200, 600, 595, 590, 585, 0]) await round(rotation - before);
    const last = (await tokenRecords(store).keys.read())?.value.keys.at(-1);
    for (const after of [3600, 24 * 3600, 2 * 24 * 3600]) await round(rotation + after);
    rotation = last?.from ?? 0;
  }
  expect(kids.size).toBe(4);
});
