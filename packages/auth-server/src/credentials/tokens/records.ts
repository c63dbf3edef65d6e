/** The stored records of tokens: the services, and the keys that sign tokens. Times are Unix seconds. */
import type { Store } from '@countersign/secure-store';
import { MOST_TOKEN_SECONDS } from '@countersign/wire-protocol';
import { z } from 'zod';
import { rolesSchema } from '../../accounts/roles.ts';
import { OneRecord } from '../../one-record.ts';
import { MOST_LISTED } from '../listing.ts';

const seconds = z.int().min(0);

/** The default life of tokens, in minutes. */
export const DEFAULT_MINUTES = 5;
/** The longest life of a token, in minutes. */
export const MOST_MINUTES = MOST_TOKEN_SECONDS / 60;

const serviceSchema = z.strictObject({
  name: z.string(),
  /** The `aud` of its tokens. */
  audience: z.string(),
  /** An account needs one of them. If empty, every account can get tokens. */
  roles: rolesSchema,
  /** The default and longest life of a token. */
  minutes: z.int().min(1).max(MOST_MINUTES),
});
/** A service that accepts tokens. */
export type Service = z.output<typeof serviceSchema>;

const tokenKeySchema = z.strictObject({
  /** The thumbprint of the public key (RFC 7638). */
  kid: z.string(),
  /** The public key, a point of P-256 as in a JWK (RFC 7518 §6.2.1). */
  x: z.string(),
  y: z.string(),
  /** The private key (RFC 7518 §6.2.2), until another key signs. */
  d: z.string().optional(),
  /** The second from which it signs. */
  from: seconds,
  /** For a key that no longer signs: when its public key is no longer published. */
  until: seconds.optional(),
});
export type TokenKey = z.output<typeof tokenKeySchema>;

const tokenKeysSchema = z.strictObject({
  /** Oldest first. The last one does not sign yet; the one before it signs. */
  keys: z.array(tokenKeySchema).readonly(),
  /** After a restore, until the administrator resumes: a drill on another machine must not issue. */
  paused: z.boolean(),
});
export type TokenKeysRecord = z.output<typeof tokenKeysSchema>;

/** The name of the collection and the schema of the record with the keys, for the rules of a restore. */
export const TOKEN_KEYS = ['token-keys', tokenKeysSchema] as const;

const ONE = 'tokens';

/** What a store keeps of tokens. The services are sorted by name; the keys exist from the first service on. */
export function tokenRecords(store: Store) {
  const services = z.array(serviceSchema).max(MOST_LISTED).readonly();
  return {
    services: new OneRecord(store, 'token-services', services, ONE),
    keys: new OneRecord(store, ...TOKEN_KEYS, ONE),
  };
}
export type TokenRecords = ReturnType<typeof tokenRecords>;
