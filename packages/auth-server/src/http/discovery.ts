/** Where verifiers find the public keys of tokens (OpenID Connect Discovery §3), and the keys. */
import type { Tokens } from '../credentials/tokens/tokens.ts';
import { inJson, type Routes } from './route.ts';

const JWKS_PATH = '/jwks.json';
/** Verifiers can cache an answer for five minutes: keys are published 30 days before they sign. */
const CACHED = { 'cache-control': 'public, max-age=300' };

/** Returns the routes under the URL of an issuer. */
export function issuerRoutes(issuerUrl: string, tokens: Tokens): Routes {
  const configuration = {
    issuer: issuerUrl,
    jwks_uri: `${issuerUrl}${JWKS_PATH}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return {
    '/.well-known/openid-configuration': () => inJson(configuration, CACHED),
    [JWKS_PATH]: async () => inJson((await tokens.publishedKeys()).jwks, CACHED),
  };
}
