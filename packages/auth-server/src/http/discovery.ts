/** `/.well-known/openid-configuration`: where verifiers find the public keys (OpenID Connect Discovery §3). */
import { inJson, type Route } from './route.ts';

/** The path under the issuer URL. */
export const DISCOVERY_PATH = '/.well-known/openid-configuration';
/** The path of the public keys under the issuer URL. */
export const JWKS_PATH = '/jwks.json';

/** How long verifiers can cache an answer, in seconds: keys are published 30 days before they sign. */
const CACHED_SECONDS = 300;
export const CACHED = { 'cache-control': `public, max-age=${CACHED_SECONDS}` } as const;

export function discoveryRoute(issuerUrl: string): Route {
  const configuration = {
    issuer: issuerUrl,
    jwks_uri: `${issuerUrl}${JWKS_PATH}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
  return () => inJson(configuration, CACHED);
}
