/**
 * Signs JWTs with ES256 in their compact form (RFC 7515 §7.1, RFC 7518 §3.4).
 *
 * Everything that reads a JWT uses `jose`. Its signer goes through WebCrypto's threads, which takes several times the
 * processor time of the rest of a token.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { TokenKey } from './records.ts';

/** A key that signs, ready for use. */
export interface JwtSigner {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** @throws {TypeError} for a key that no longer signs */
export function jwtSignerOf({ kid, d, x, y }: TokenKey): JwtSigner {
  if (d === undefined) throw new TypeError('"key" expected one with its private half');
  return { kid, privateKey: createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d }, format: 'jwk' }) };
}

/** Returns a signed access token (RFC 9068 §2.1). */
export function signJwt({ kid, privateKey }: JwtSigner, claims: object): string {
  const content = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
