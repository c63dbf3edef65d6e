/**
 * Signed tokens for accounts (RFC 9068), with which services recognise a user. A token is issued in one commit that is
 * conditional on the account and on the keys, together with its audit event. If the last key begins to sign, the next one is
 * created in the same commit, so that only one of several processes creates it.
 */
import { type Entry, retryConflicts } from '@countersign/secure-store';
import type { FactorKind } from '@countersign/wire-protocol';
import type { JSONWebKeySet } from 'jose';
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Registry, RegistryOptions } from '../../accounts/registry.ts';
import type { Standing } from '../../accounts/standing.ts';
import type { AuditEvent } from '../../audit/event.ts';
import type { Journal } from '../../audit/journal.ts';
import { AuthError } from '../../errors.ts';
import { IssueQuota, lifetime } from '../quota.ts';
import { type JwtSigner, jwtSignerOf, signJwt } from './jwt.ts';
import { goodUntil, isDue, nextKeys, publicJwk, published, signingKey } from './keys.ts';
import {
  type Service,
  type TokenKey,
  type TokenKeysRecord,
  type TokenRecords,
  tokenRecords,
} from './records.ts';

/** How far `iat` is set back: a verifier with a slow clock would refuse an `iat` in the future. */
const BACKDATED = 30;
/** The only OAuth client of this server (RFC 9068). */
const CLIENT_ID = 'countersign';

/** A login, as its tokens describe it. */
export interface AuthenticatedLogin {
  readonly standing: Standing;
  /** When the second factor was accepted, in Unix seconds. */
  readonly at: number;
  /** The second factor. */
  readonly factor: FactorKind;
  /** Where it comes from, for the audit log. */
  readonly source: string;
}

/** What a client asks for. */
export interface TokenRequest {
  /** As the administrator listed it. */
  readonly audience: string;
  /** How long it is valid. The default, and the most, is what the service allows. */
  readonly seconds?: number | undefined;
}

/** A token that was issued. */
export interface IssuedToken {
  /** A JWT in its compact form. */
  readonly token: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The public keys, for verifiers. */
export interface PublishedKeys {
  readonly jwks: JSONWebKeySet;
  /** Until then (Unix seconds), nothing is signed with a key that is missing. `undefined` if there are no keys. */
  readonly goodUntil: number | undefined;
}

/** The tokens of one store. */
export class Tokens {
  readonly #records: TokenRecords;
  readonly #quota: IssueQuota;
  readonly #accounts: Accounts;
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #issuerUrl: string | undefined;
  #signer: JwtSigner | undefined;

  /** @param options `issuerUrl`: the `iss` of tokens; without it none is issued */
  constructor(
    { accounts, journal }: Pick<Registry, 'accounts' | 'journal'>,
    options: RegistryOptions & { readonly issuerUrl?: string | undefined },
  ) {
    this.#records = tokenRecords(options.store);
    this.#quota = new IssueQuota(options.store);
    this.#accounts = accounts;
    this.#journal = journal;
    this.#now = () => Math.floor(options.clock() / 1000);
    this.#randomBytes = options.randomBytes;
    this.#issuerUrl = options.issuerUrl;
  }

  /**
   * Issues a token for the account of a session.
   *
   * @throws {AuthError} session_stale if the account has changed
   * @throws {AuthError} unknown_service if the audience is not listed, or this server has no issuer URL
   * @throws {AuthError} role_missing if the account has none of the roles of the service
   * @throws {AuthError} issuing_paused
   * @throws {AuthError} slow_down with `retryAfter`
   * @throws {RangeError} if `seconds` is not a positive integer
   */
  async issue(login: AuthenticatedLogin, { audience, seconds }: TokenRequest): Promise<IssuedToken> {
    const issuerUrl = this.#issuerUrl;
    if (issuerUrl === undefined) throw new AuthError('unknown_service', 'this server has no issuer URL');
    return retryConflicts(async () => {
      const account = await this.#accounts.standingEntry(login.standing);
      const service = await this.#serviceFor(audience);
      const roles = rolesFor(service, account.value);
      const now = this.#now();
      const { keys, write, events } = await this.#keysFor(await this.#records.keys.read(), now);
      const { uid, username } = account.value;
      const counting = await this.#quota.counting(uid, now);

      const expiresAt = now + lifetime(seconds, service.minutes * 60);
      const jti = Buffer.from(this.#randomBytes(16)).toString('base64url');
      const claims = { ...claimsOf(login, account.value), iss: issuerUrl, aud: audience, roles, jti };
      const token = signJwt(this.#signerOf(keys), { ...claims, iat: now - BACKDATED, exp: expiresAt });
      const detail = `service ${service.name}, token ${jti}`;
      await this.#journal.commit(
        [this.#accounts.unchanged(account), write, counting],
        [...events, { kind: 'token.issued', username, source: login.source, detail }],
      );
      return { token, expiresAt };
    });
  }

  /** Returns the public keys that verifiers need now. */
  async publishedKeys(): Promise<PublishedKeys> {
    const now = this.#now();
    const keys = (await this.#records.keys.value())?.keys ?? [];
    return { jwks: { keys: published(keys, now).map(publicJwk) }, goodUntil: goodUntil(keys, now) };
  }

  async #serviceFor(audience: string): Promise<Service> {
    const service = (await this.#records.services.value())?.find((each) => each.audience === audience);
    if (!service) throw new AuthError('unknown_service', 'no service has this audience');
    return service;
  }

  /** Returns the keys to sign with, and the write and events for the commit. */
  async #keysFor(entry: Entry<TokenKeysRecord> | undefined, now: number) {
    const record = this.#records.keys;
    const { keys, paused } = entry?.value ?? { keys: [], paused: false };
    if (paused) throw new AuthError('issuing_paused', 'this server issues no tokens after a restore');
    if (entry && !isDue(keys, now)) return { keys, write: record.collection.unchanged(entry), events: [] };
    const next = await nextKeys(keys, now);
    const events: AuditEvent[] = [
      { kind: 'token.keys_changed', detail: `signing key ${signingKey(next).kid}` },
    ];
    return { keys: next, write: record.putting(entry, { keys: next, paused }), events };
  }

  #signerOf(keys: readonly TokenKey[]): JwtSigner {
    const key = signingKey(keys);
    if (this.#signer?.kid !== key.kid) this.#signer = jwtSignerOf(key);
    return this.#signer;
  }
}

/** Returns the roles of the account that the service requires. */
function rolesFor(service: Service, account: Account): readonly string[] {
  const roles = (account.roles ?? []).filter((role) => service.roles.includes(role));
  if (service.roles.length > 0 && roles.length === 0)
    throw new AuthError('role_missing', 'this account has none of the roles that the service requires');
  return roles;
}

/** Returns the claims about the account and the login (RFC 9068 §2.2, RFC 8176 §2). */
function claimsOf({ at, factor }: AuthenticatedLogin, { uid, username, generation }: Account) {
  return {
    sub: uid,
    client_id: CLIENT_ID,
    auth_time: at,
    amr: factor === 'totp' ? ['pwd', 'otp', 'mfa'] : ['pwd', 'mfa'],
    preferred_username: username,
    gen: generation,
  };
}
