/** A server that issues tokens, for tests. */
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { Administration } from '../src/accounts/administration.ts';
import { TokenAdministration } from '../src/credentials/tokens/administration.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { login, makeWorld, type Peer, register, type User, type World } from './world.ts';

export const ISSUER = 'https://login.example.org';
/** For every account. */
export const WIKI = 'https://wiki.example.org';
/** For accounts with the role `db` or `web`, ten minutes. */
export const GRAPHS = 'https://graphs.example.org';

export interface TokenWorld {
  readonly world: World;
  readonly admin: Administration;
  readonly tokens: TokenAdministration;
}

/** A world with the services `wiki` and `graphs`. */
export async function makeTokenWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<TokenWorld> {
  const world = await makeWorld({ issuerUrl: ISSUER, ...options });
  const { store, services } = world;
  const clock = () => world.now * 1000;
  const { randomBytes, journal } = services;
  const admin = new Administration({ store, limits: DEFAULT_LIMITS, clock, randomBytes });
  const tokens = new TokenAdministration({ store, journal, clock });
  await tokens.addService({ name: 'wiki', audience: WIKI, roles: [], minutes: 5 });
  await tokens.addService({ name: 'graphs', audience: GRAPHS, roles: ['db', 'web'], minutes: 10 });
  return { world, admin, tokens };
}

/** A user with roles, logged in. */
export async function tokenUser(
  { world, admin }: TokenWorld,
  username: string,
  ...roles: readonly string[]
): Promise<{ user: User; peer: Peer }> {
  const user = await register(world, username);
  if (roles.length > 0) await admin.changeRoles(username, { add: roles });
  return { user, peer: (await login(world, user)).peer };
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
