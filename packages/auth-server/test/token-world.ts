/** A server that issues tokens, for tests. */
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { TokenAdministration } from '../src/credentials/tokens/administration.ts';
import { makeRolesWorld, type RolesWorld } from './roles-world.ts';
import type { makeWorld, Peer } from './world.ts';

export { change, loggedIn } from './roles-world.ts';

export const ISSUER = 'https://login.example.org';
/** For every account. */
export const WIKI = 'https://wiki.example.org';
/** For accounts with the role `db` or `web`, ten minutes. */
export const GRAPHS = 'https://graphs.example.org';

export interface TokenWorld extends RolesWorld {
  readonly tokens: TokenAdministration;
}

/** A world with the services `wiki` and `graphs`. */
export async function makeTokenWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<TokenWorld> {
  const { shared, ...at } = await makeRolesWorld({ issuerUrl: ISSUER, ...options });
  const tokens = new TokenAdministration(shared);
  await tokens.addService({ name: 'wiki', audience: WIKI, roles: [], minutes: 5 });
  await tokens.addService({ name: 'graphs', audience: GRAPHS, roles: ['db', 'web'], minutes: 10 });
  return { ...at, tokens };
}

/** Asks for a token over the wire. */
export function issued(peer: Peer, audience: string, seconds?: number) {
  return peer.expect('token.issued', { type: 'token.issue', audience, ...(seconds ? { seconds } : {}) });
}

/** Verifies a token as a service does that has just fetched the keys. */
export async function verified({ world }: TokenWorld, token: string, audience: string): Promise<JWTPayload> {
  const { jwks } = await world.services.tokens.publishedKeys();
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer: ISSUER,
    audience,
    algorithms: ['ES256'],
    typ: 'at+jwt',
    currentDate: new Date(world.now * 1000),
  });
  return payload;
}
