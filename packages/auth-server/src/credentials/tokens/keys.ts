/**
 * The keys with which tokens are signed. Verifiers keep copies of the public keys, so a key is published for 30 days
 * before it signs, and for a while after its last token has expired:
 *
 *     published → 30 days → signs → 30 days → published → 25 hours → gone
 *
 * The next key is created when the last one begins to sign, in the same commit as the token.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { MOST_MINUTES, type TokenKey } from './records.ts';

const DAY = 24 * 3600;
/** How long a key is published before it signs, and how long it signs. */
const SIGNS_FOR = 30 * DAY;
/** How long a key that no longer signs stays published: until a day after its last token has expired. */
const PUBLISHED_AFTER = MOST_MINUTES * 60 + DAY;

/** Returns whether the last key begins to sign, so that `nextKeys` must be committed before anything is signed. */
export function isDue(keys: readonly TokenKey[], now: number): boolean {
  return (keys.at(-1)?.from ?? 0) <= now;
}

/** Returns the keys after the last one has begun to sign, at `now` (Unix seconds). The first call creates two keys. */
export async function nextKeys(keys: readonly TokenKey[], now: number): Promise<readonly TokenKey[]> {
  const last = keys.at(-1) ?? (await makeKey(now));
  const retired = keys.slice(0, -1).map(({ d: _, ...key }) => ({ until: now + PUBLISHED_AFTER, ...key }));
  return [...published(retired, now), last, await makeKey(now + SIGNS_FOR)];
}

/** Returns the key that signs. `isDue` must be false. */
export function signingKey(keys: readonly TokenKey[]): TokenKey {
  const key = keys.at(-2);
  if (!key) throw new TypeError('there must be two keys: one that signs, and the next');
  return key;
}

/** Returns the keys that verifiers need: those that signed unexpired tokens, sign now, or will sign. */
export function published(keys: readonly TokenKey[], now: number): readonly TokenKey[] {
  return keys.filter(({ until = Number.POSITIVE_INFINITY }) => until > now);
}

/** Returns how long a copy of the keys is valid: until then, nothing is signed with a key that it lacks. */
export function goodUntil(keys: readonly TokenKey[], now: number): number | undefined {
  const last = keys.at(-1);
  return last && Math.max(last.from, now) + SIGNS_FOR;
}

/** Returns a public key as it is published. */
export function publicJwk({ kid, x, y }: TokenKey): JWK {
  return { kty: 'EC', crv: 'P-256', x, y, kid, use: 'sig', alg: 'ES256' };
}

async function makeKey(from: number): Promise<TokenKey> {
  const { calculateJwkThumbprint } = await import('jose');
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '', d = '' } = pair.privateKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x, y });
  return { kid, x, y, d, from };
}
