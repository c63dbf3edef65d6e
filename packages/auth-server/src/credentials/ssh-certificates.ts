/**
 * SSH user certificates for accounts. A certificate is issued in one commit, together with its audit event, that is
 * conditional on the account, the authorities and the record that holds the fence:
 *
 * 1. the roles that the account holds and that are listed for SSH, or those of them that are asked for
 * 2. the second: no earlier than the newest one issued, and after the fence, so that the clocks of several processes
 *    cannot issue anything that is already revoked, or that a later fence would miss
 * 3. the serial number, made of that second and random bits
 */
import { randomInt } from 'node:crypto';
import { retryConflicts, type Unreadable } from '@countersign/secure-store';
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
import type { Registry, RegistryOptions } from '../accounts/registry.ts';
import type { Standing } from '../accounts/standing.ts';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import { type Signer, signerOf } from './authorities.ts';
import { computeKrl, unexpired } from './krl.ts';
import { IssueQuota, lifetime } from './quota.ts';
import { type IssuedRecord, NOTHING_ISSUED, type SshRecords, type SshRole, sshRecords } from './records.ts';

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
export interface IssuedCertificate extends Readonly<Pick<IssuedRecord, 'serial' | 'roles'>> {
  /** As in a `-cert.pub` file, without a comment. */
  readonly certificate: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The SSH certificates of one store. */
export class SshCertificates {
  readonly #records: SshRecords;
  readonly #quota: IssueQuota;
  readonly #accounts: Accounts;
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #randomBytes: (length: number) => Uint8Array;
  #mostSeconds = DEFAULT_HOURS * HOUR;
  #signer: Signer | undefined;

  /** @param options `hours`: how long a certificate is valid at most; default 10 */
  constructor(
    { accounts, journal }: Pick<Registry, 'accounts' | 'journal'>,
    options: RegistryOptions & { readonly hours?: number | undefined },
  ) {
    this.#records = sshRecords(options.store);
    this.#quota = new IssueQuota(options.store);
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
    const { authorities, issuing, issued } = this.#records;
    return retryConflicts(async () => {
      const account = await this.#accounts.standingEntry(standing);
      const signer = await this.#currentSigner();
      const listed = await this.#listedFor(account.value.roles, request.roles);
      const roles = listed.map(({ role }) => role);

      const last = await issuing.read();
      const { fence, newest, paused } = last?.value ?? NOTHING_ISSUED;
      if (paused) throw new AuthError('issuing_paused', 'this server issues no certificates after a restore');
      const now = this.#now();
      const second = Math.max(now, newest, fence + 1);
      const most = Math.min(this.#mostSeconds, ...listed.map(({ hours = Infinity }) => hours * HOUR));
      const expires = now + lifetime(request.seconds, most);
      const { uid, username, generation } = account.value;
      const counting = await this.#quota.counting(uid, now, expires);

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

      const record: IssuedRecord = {
        serial,
        username,
        uid,
        generation,
        roles,
        authority: signer.publicKey,
        fingerprint: fingerprint(request.publicKey),
        issued: now,
        expires,
        revoked: false,
      };
      const detail = `serial ${serial}, roles ${roles.join(' ')}, key ${record.fingerprint}`;
      const writes = [
        this.#accounts.unchanged(account),
        authorities.collection.unchanged(signer.authorities),
        newest === second && last
          ? issuing.collection.unchanged(last)
          : issuing.putting(last, { fence, newest: second, paused }),
        counting,
        issued.inserting(serial, record),
      ];
      await this.#journal.commit(writes, [{ kind: 'ssh.certified', username, source, detail }]);
      return { certificate: formatLine({ blob }), serial, roles, expiresAt: expires };
    });
  }

  /** Returns the revocation list as it is now, in its binary form. */
  krl(): Promise<Uint8Array> {
    return computeKrl(this.#records, this.#accounts, this.#now());
  }

  /**
   * Iterates over the certificates that have not expired, each with whether the revocation list revokes it now.
   *
   * @param onUnreadable called for each unreadable record; without it the first one ends the iteration with an error
   */
  unexpired(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<IssuedRecord> {
    return unexpired(this.#records, this.#accounts, this.#now(), onUnreadable);
  }

  /**
   * Removes certificates an hour after their end, and what no longer counts.
   *
   * @returns how many certificates
   */
  async prune(): Promise<number> {
    const { issued } = this.#records;
    const now = this.#now();
    let count = 0;
    for await (const { id, value } of issued.entries({ onUnreadable: () => {} }))
      if (value.expires < now - KEPT_AFTER_END && (await issued.remove(id, { durable: false }))) count += 1;
    await this.#quota.prune(now);
    return count;
  }

  /**
   * Parses the key again only if the authorities have changed.
   *
   * @throws {AuthError} role_missing if there are none
   */
  async #currentSigner(): Promise<Signer> {
    const authorities = await this.#records.authorities.read();
    if (!this.#signer || this.#signer.authorities !== authorities) this.#signer = signerOf(authorities);
    return this.#signer;
  }

  /** Returns the roles for a certificate, as they are listed. */
  async #listedFor(
    held: readonly string[],
    wanted: readonly string[] | undefined,
  ): Promise<readonly SshRole[]> {
    const listed = (await this.#records.roles.value()) ?? [];
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
