/**
 * `/verify?audience=A[&role=R]`: lets a proxy ask whether a request carries a valid token (nginx `auth_request`, Caddy
 * `forward_auth`). The token is in `Authorization`, as `Bearer`, or as the password of `Basic`.
 *
 * - 204: valid, with `Remote-User`, `Remote-Groups` and `Remote-Uid`. All are always present, so that a proxy that copies
 *   them overwrites those that the client sent
 * - 401: no valid token. `challenge=basic` makes browsers and git ask for a password
 * - 403: valid, but without the role
 */
import type { TokenVerifier } from '../credentials/tokens/verifier.ts';
import { inWords, type Reply, type Route, type RouteRequest } from './route.ts';

const CHALLENGES = { bearer: 'Bearer', basic: 'Basic realm="Countersign"' } as const;
const PARAMETERS = ['audience', 'role', 'challenge'];
const UNCACHED = { 'cache-control': 'no-store' } as const;

export function verifyRoute(verifier: TokenVerifier): Route {
  return async ({ query, headers }) => {
    const problem = problemOf(query);
    if (problem !== undefined) return inWords(400, problem, UNCACHED);
    const audience = query.get('audience') ?? '';
    const token = tokenOf(headers.authorization);
    const holder = token === undefined ? undefined : await verifier.verify(token, audience);
    if (!holder) return refuse(query);
    const role = query.get('role');
    if (role !== null && !holder.roles.includes(role)) return inWords(403, 'the role is missing', UNCACHED);
    return {
      status: 204,
      headers: {
        ...UNCACHED,
        'remote-user': percentEncoded(holder.username),
        'remote-groups': holder.roles.join(','),
        'remote-uid': holder.uid,
      },
    };
  };
}

/** Returns what is wrong with the parameters, for example because of a mistake in the proxy's configuration. */
function problemOf(query: URLSearchParams): string | undefined {
  const names = [...query.keys()];
  if (new Set(names).size < names.length) return 'each parameter must be given once';
  if (names.some((name) => !PARAMETERS.includes(name))) return `the parameters are ${PARAMETERS.join(', ')}`;
  if (!query.get('audience')) return 'the parameter audience is missing';
  if (query.get('role') === '') return 'the parameter role is empty';
  if (![null, 'basic', 'bearer'].includes(query.get('challenge')))
    return 'the parameter challenge must be basic or bearer';
  return undefined;
}

function refuse(query: RouteRequest['query']): Reply {
  const challenge = query.get('challenge') === 'basic' ? CHALLENGES.basic : CHALLENGES.bearer;
  return inWords(401, 'no valid token', { ...UNCACHED, 'www-authenticate': challenge });
}

/** Returns the token in `Authorization` (RFC 6750 §2.1, RFC 7617 §2). */
function tokenOf(authorization = ''): string | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme === '') return undefined;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

/** Encodes everything but `A-Z a-z 0-9 . _ @ -`: header values cannot contain Unicode. */
function percentEncoded(username: string): string {
  return encodeURIComponent(username)
    .replaceAll('%40', '@')
    .replace(/[!~*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
