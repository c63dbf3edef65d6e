/** What the store keeps of tokens: the services, and the keys with which tokens are signed. Times are Unix seconds. */
import type { Collection, Store } from '@countersign/secure-store';
import { MOST_TOKEN_SECONDS } from '@countersign/wire-protocol';
import { z } from 'zod';
import { rolesSchema } from '../../accounts/roles.ts';

const seconds = z.int().min(0);

/** How many minutes tokens are valid, if a service does not say otherwise. */
export const DEFAULT_MINUTES = 5;
/** How many minutes a token is valid at the most. */
export const MOST_MINUTES = MOST_TOKEN_SECONDS / 60;
/** Services that can be listed. */
export const MOST_SERVICES = 256;

const serviceSchema = z.strictObject({
  name: z.string(),
  /** The `aud` of its tokens. */
  audience: z.string(),
  /** An account needs one of them. Without any, every account is issued tokens. */
  roles: rolesSchema,
  /** How long a token is valid at the most, and by default. */
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
  /** It signs from this second on. */
  from: seconds,
  /** For a key that no longer signs: when its public key is no longer published. */
  until: seconds.optional(),
});
export type TokenKey = z.output<typeof tokenKeySchema>;

const tokenKeysSchema = z.strictObject({
  /** The oldest first. The last one does not sign yet, and the one before it does. */
  keys: z.array(tokenKeySchema).readonly(),
  /** After a restore, until the administrator resumes: a drill on another machine must not issue. */
  paused: z.boolean(),
});
export type TokenKeysRecord = z.output<typeof tokenKeysSchema>;

/** The name of the collection and the schema of the record with the keys, for the rules of a restore. */
export const TOKEN_KEYS = ['token-keys', tokenKeysSchema] as const;

/** Each collection holds one record, under `ONE`. */
export interface TokenCollections {
  /** Sorted by name. */
  readonly services: Collection<readonly Service[]>;
  /** There from the first service on. */
  readonly keys: Collection<TokenKeysRecord>;
}

export const ONE = 'tokens';

/** The collections of a store. */
export function tokenCollections(store: Store): TokenCollections {
  return {
    services: store.collection('token-services', z.array(serviceSchema).max(MOST_SERVICES).readonly()),
    keys: store.collection(...TOKEN_KEYS),
  };
}
