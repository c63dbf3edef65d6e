/**
 * Verifies tokens for programs that do not do it themselves, against the current state of the account: a token becomes
 * invalid as soon as its account loses a role, gets a new password, or is disabled or removed.
 *
 * 1. The signature, by one of the published keys and only with ES256, and `iss`, `aud`, `exp` and `typ`
 * 2. The account, which must have the uid and the generation of the token
 */
import type { Store } from '@countersign/secure-store';
import type { JWK, JWTPayload } from 'jose';
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Registry } from '../../accounts/registry.ts';
import { rolesSchema } from '../../accounts/roles.ts';
import { AuthError } from '../../errors.ts';
import { publicJwk, published } from './keys.ts';
import { type TokenKey, type TokenRecords, tokenRecords } from './records.ts';

const claimsSchema = z.object({
  sub: z.string(),
  preferred_username: z.string(),
  gen: z.int(),
  roles: rolesSchema,
});

/** The account that a valid token is for. */
export interface TokenHolder {
  readonly uid: string;
  readonly username: string;
  /** The roles of the account that the service requires. */
  readonly roles: readonly string[];
}

/** Verifies the tokens of one store. */
export class TokenVerifier {
  readonly #keys: TokenRecords['keys'];
  readonly #accounts: Accounts;
  readonly #clock: () => number;
  readonly #issuerUrl: string;
  /** `jose` remembers for each of these objects what it has imported. Keys that are read again are other objects. */
  readonly #jwks = new WeakMap<TokenKey, JWK>();

  /** @param options `clock`: Unix milliseconds */
  constructor(
    { accounts }: Pick<Registry, 'accounts'>,
    options: { readonly store: Store; readonly clock: () => number; readonly issuerUrl: string },
  ) {
    this.#keys = tokenRecords(options.store).keys;
    this.#accounts = accounts;
    this.#clock = options.clock;
    this.#issuerUrl = options.issuerUrl;
  }

  /** Returns the account of a token, or `undefined` if the token is not valid for the audience. */
  async verify(token: string, audience: string): Promise<TokenHolder | undefined> {
    const payload = await this.#payloadOf(token, audience);
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return undefined;
    const { sub: uid, preferred_username: username, gen: generation, roles } = claims.data;
    try {
      await this.#accounts.findStanding({ username, uid, generation });
    } catch (error) {
      if (error instanceof AuthError && error.code === 'session_stale') return undefined;
      throw error;
    }
    return { uid, username, roles };
  }

  async #payloadOf(token: string, audience: string): Promise<JWTPayload | undefined> {
    const { errors, jwtVerify } = await import('jose');
    const now = this.#clock();
    try {
      const keyOf = async ({ kid }: { readonly kid?: string }) => {
        // Read each time, since a restore can have deleted them.
        const keys = (await this.#keys.value())?.keys ?? [];
        const key = published(keys, Math.floor(now / 1000)).find((each) => each.kid === kid);
        if (!key) throw new errors.JWKSNoMatchingKey();
        const jwk = this.#jwks.get(key) ?? publicJwk(key);
        this.#jwks.set(key, jwk);
        return jwk;
      };
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: this.#issuerUrl,
        audience,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
