/**
 * SSH user certificates for accounts: issuing, and what revokes them. The administrator's side is in
 * `ssh-administration.ts`.
 *
 * A certificate is issued in one commit that is conditional on the account, the authorities and the record that holds the
 * fence, together with its audit event:
 *
 * 1. the roles that the account holds and that are listed for SSH, or those of them that are asked for
 * 2. the second: no earlier than the newest one issued, and after the fence, so that the clocks of several processes
 *    cannot issue anything that is already revoked, or that a later fence would miss
 * 3. the serial number, made of that second and random bits
 */
import { randomInt } from 'node:crypto';
import {
  type Collection,
  type Entry,
  isConflict,
  retryConflicts,
  type Store,
  type Unreadable,
} from '@countersign/secure-store';
import {
  type CertificateOption,
  fingerprint,
  formatKeyId,
  formatLine,
  issueCertificate,
  makeSerial,
  type PublicKey,
} from '@countersign/ssh-core';
import type { Accounts } from '../accounts/accounts.ts';
import type { Registry } from '../accounts/registry.ts';
import type { Standing } from '../accounts/standing.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import { type Signer, signerOf } from './authorities.ts';
import { KeptEntry } from './kept-entry.ts';
import { computeKrl, unexpired } from './krl.ts';
import { countable, stillCounted } from './limits.ts';
import {
  type AuthorityRecord,
  type IssuedRecord,
  NOTHING_ISSUED,
  ONE,
  putting,
  type SshCollections,
  type SshRole,
  sshCollections,
} from './records.ts';

/** A certificate is valid from this many seconds before it is issued: clocks of hosts differ. */
const BACKDATED = 60;
const HOUR = 3600;
/** How long a certificate is valid at most, unless the server or a role says otherwise. */
export const DEFAULT_HOURS = 10;

/** How long the record of a certificate is kept after its end. */
const KEPT_AFTER_END = HOUR;

/** What a client asks for. */
export interface SshRequest {
  readonly publicKey: PublicKey;
  /** Some of the roles; by default all that are listed for SSH. */
  readonly roles?: readonly string[] | undefined;
  /** How long it is valid; at most, and by default, as long as the roles allow. */
  readonly seconds?: number | undefined;
}

/** A certificate that was issued. */
export interface IssuedCertificate {
  /** As in a `-cert.pub` file, without a comment. */
  readonly certificate: string;
  /** In decimal. */
  readonly serial: string;
  readonly roles: readonly string[];
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The SSH certificates of one store. */
export class SshCertificates {
  readonly #store: Store;
  readonly #collections: SshCollections;
  readonly #authorities: KeptEntry<readonly AuthorityRecord[]>;
  readonly #roles: KeptEntry<readonly SshRole[]>;
  readonly #accounts: Accounts;
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #randomBytes: (length: number) => Uint8Array;
  #mostSeconds = DEFAULT_HOURS * HOUR;
  #signer: Signer | undefined;

  /** @param options `clock`: Unix milliseconds. `hours`: how long a certificate is valid at most; default 10 */
  constructor(
    { accounts, journal }: Pick<Registry, 'accounts' | 'journal'>,
    options: {
      readonly store: Store;
      readonly clock: () => number;
      readonly randomBytes: (length: number) => Uint8Array;
      readonly hours?: number | undefined;
    },
  ) {
    this.#store = options.store;
    this.#collections = sshCollections(options.store);
    this.#authorities = new KeptEntry(this.#collections.authorities, ONE);
    this.#roles = new KeptEntry(this.#collections.roles, ONE);
    this.#accounts = accounts;
    this.#journal = journal;
    this.#now = () => Math.floor(options.clock() / 1000);
    this.#randomBytes = options.randomBytes;
    this.setHours(options.hours);
  }

  /** Limits how many hours certificates issued from now on are valid; default 10. */
  setHours(hours = DEFAULT_HOURS): void {
    this.#mostSeconds = hours * HOUR;
  }

  /**
   * Issues a certificate for the account of a session.
   *
   * @param source where the session comes from, for the audit log
   * @throws {AuthError} session_stale if the account has changed
   * @throws {AuthError} role_missing without a role, or for one that the account does not hold or that is not listed
   * @throws {AuthError} issuing_paused
   * @throws {AuthError} slow_down with `retryAfter`
   * @throws {RangeError} if `seconds` is not a positive integer
   */
  async issue(standing: Standing, request: SshRequest, source: string): Promise<IssuedCertificate> {
    const { seconds } = request;
    if (seconds !== undefined && !(Number.isSafeInteger(seconds) && seconds > 0))
      throw new RangeError('"seconds" expected a positive integer');
    return retryConflicts(async () => {
      const account = await this.#accounts.standingEntry(standing);
      const signer = await this.#currentSigner();
      const listed = await this.#listedFor(account.value.roles, request.roles);
      const roles = listed.map(({ role }) => role);

      const issuing = await this.#collections.issuing.get(ONE);
      const { fence, newest, paused } = issuing?.value ?? NOTHING_ISSUED;
      if (paused) throw new AuthError('issuing_paused', 'this server issues no certificates after a restore');
      const now = this.#now();
      const second = Math.max(now, newest, fence + 1);
      const { uid, username, generation } = account.value;
      const recent = await this.#collections.recent.get(uid);
      const counted = countable(recent?.value ?? [], now, 'certificate');

      const most = Math.min(this.#mostSeconds, ...listed.map(({ hours = Infinity }) => hours * HOUR));
      const expires = now + Math.min(seconds ?? most, most);
      const serial = makeSerial({ time: second, randomBits: randomInt(2 ** 31) });
      const { blob } = await issueCertificate({
        key: request.publicKey,
        serial,
        keyId: formatKeyId({ username, uid }),
        principals: roles,
        validAfter: now - BACKDATED,
        validBefore: expires,
        extensions: extensionsFor(listed),
        authority: signer.authority,
        sign: signer.sign,
        randomBytes: this.#randomBytes,
      });

      const print = fingerprint(request.publicKey);
      const record: IssuedRecord = {
        serial,
        username,
        uid,
        generation,
        roles,
        authority: signer.publicKey,
        fingerprint: print,
        issued: now,
        expires,
        revoked: false,
      };
      const lately = [...counted, { issued: now, expires }];
      const event: AuditEvent = {
        kind: 'ssh.certified',
        username,
        source,
        detail: `serial ${serial}, roles ${roles.join(' ')}, key ${print}`,
      };
      await this.#journal.commit(
        [
          this.#accounts.unchanged(account),
          this.#collections.authorities.unchanged(signer.authorities),
          newest === second && issuing
            ? this.#collections.issuing.unchanged(issuing)
            : putting(this.#collections.issuing, ONE, issuing, { fence, newest: second, paused }),
          putting(this.#collections.recent, uid, recent, lately),
          this.#collections.issued.inserting(serial, record),
        ],
        [event],
      );
      return { certificate: formatLine({ blob }), serial, roles, expiresAt: expires };
    });
  }

  /** Returns the revocation list as it is now, in its binary form. */
  krl(): Promise<Uint8Array> {
    return computeKrl(this.#collections, this.#accounts, this.#now());
  }

  /**
   * Iterates over the certificates that have not expired, each with whether the revocation list revokes it now.
   *
   * @param onUnreadable called for each unreadable record; without it the first one ends the iteration with an error
   */
  unexpired(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<IssuedRecord> {
    return unexpired(this.#collections, this.#accounts, this.#now(), onUnreadable);
  }

  /**
   * Removes the records of certificates that expired over an hour ago, and what was counted for accounts and no longer
   * counts, as that of a removed account.
   *
   * @returns how many certificates there were
   */
  async prune(): Promise<number> {
    const { issued, recent } = this.#collections;
    const now = this.#now();
    const onUnreadable = () => {};
    let count = 0;
    for await (const { id, value } of issued.entries({ onUnreadable }))
      if (value.expires < now - KEPT_AFTER_END && (await issued.remove(id, { durable: false }))) count += 1;
    for await (const entry of recent.entries({ onUnreadable }))
      if (stillCounted(entry.value, now).length === 0) await this.#removeUnchanged(recent, entry);
    return count;
  }

  /** Keeps a record that was changed since it was read. */
  async #removeUnchanged<T>(collection: Collection<T>, entry: Entry<T>): Promise<void> {
    await this.#store.commit([collection.removing(entry)], { durable: false }).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }

  /**
   * Parses the private key again only if the authorities have changed.
   *
   * @throws {AuthError} role_missing before the first role was listed
   */
  async #currentSigner(): Promise<Signer> {
    const authorities = await this.#authorities.read();
    if (!this.#signer || this.#signer.authorities !== authorities) this.#signer = signerOf(authorities);
    return this.#signer;
  }

  /** Returns the roles for a certificate, as they are listed. */
  async #listedFor(
    held: readonly string[],
    wanted: readonly string[] | undefined,
  ): Promise<readonly SshRole[]> {
    const listed = (await this.#roles.read())?.value ?? [];
    const possible = listed.filter(({ role }) => held.includes(role));
    const roles = possible.filter(({ role }) => wanted === undefined || wanted.includes(role));
    if (roles.length === 0)
      throw new AuthError('role_missing', 'this account has no role with which it can log in over SSH');
    if (wanted?.some((role) => !roles.some((each) => each.role === role)))
      throw new AuthError('role_missing', 'this account cannot log in over SSH with that role');
    return roles;
  }
}

/** No X11 forwarding. Agent forwarding only if each of the roles has it. */
function extensionsFor(roles: readonly SshRole[]): CertificateOption[] {
  const names = ['permit-port-forwarding', 'permit-pty', 'permit-user-rc'];
  if (roles.every(({ agentForwarding }) => agentForwarding)) names.unshift('permit-agent-forwarding');
  return names.map((name) => ({ name }));
}
