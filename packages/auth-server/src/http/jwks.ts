/** `/jwks.json`: the public keys of tokens, as they are at the time of the request. */
import type { Tokens } from '../credentials/tokens/tokens.ts';
import { CACHED } from './discovery.ts';
import { inJson, type Route } from './route.ts';

export function jwksRoute(tokens: Tokens): Route {
  return async () => inJson((await tokens.publishedKeys()).jwks, CACHED);
}
