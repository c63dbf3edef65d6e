/** What the administrator does with SSH certificates. Each change is committed with its audit event. */
import { retryConflicts, type Store } from '@countersign/secure-store';
import type { AccountKey } from '../accounts/standing.ts';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import {
  afterStep,
  newAuthority,
  type RotationStep,
  type SshAuthority,
  withoutPrivateKey,
} from './authorities.ts';
import { withListed } from './listing.ts';
import {
  type AuthorityRecord,
  fenced,
  type IssuedRecord,
  NOTHING_ISSUED,
  type SshRecords,
  type SshRole,
  sshRecords,
} from './records.ts';

/** The administrator's side of the SSH certificates of a store. */
export class SshAdministration {
  readonly #records: SshRecords;
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param options `clock`: Unix milliseconds */
  constructor({ store, journal, clock }: { store: Store; journal: Journal; clock: () => number }) {
    this.#records = sshRecords(store);
    this.#journal = journal;
    this.#now = () => Math.floor(clock() / 1000);
  }

  /** Returns the authorities, the oldest first. There is none before the first role is listed. */
  async authorities(): Promise<readonly SshAuthority[]> {
    return ((await this.#records.authorities.value()) ?? []).map(withoutPrivateKey);
  }

  /** Returns the roles that can log in over SSH, sorted. */
  async roles(): Promise<readonly SshRole[]> {
    return (await this.#records.roles.value()) ?? [];
  }

  /**
   * Lists a role for SSH, or changes how it is listed. Creates the first authority.
   *
   * @throws {AuthError} list_full
   */
  async listRole(role: SshRole): Promise<void> {
    const { authorities, issuing, roles } = this.#records;
    const { hours, agentForwarding } = role;
    const forHours = hours === undefined ? '' : `, ${hours} hours`;
    const detail = `${role.role}${forHours}${agentForwarding ? ', agent forwarding' : ''}`;
    await roles.change(this.#journal, async (listed = []) => {
      const value = withListed(listed, role, 'role', 'roles can be listed for SSH');
      const also = [];
      if (!(await authorities.read()))
        also.push(authorities.inserting([newAuthority('signing', this.#now())]));
      // There from the start, so that a restore finds it in every backup that has an authority.
      if (!(await issuing.read())) also.push(issuing.inserting(NOTHING_ISSUED));
      return { value, event: { kind: 'admin.ssh_role_listed', detail }, also };
    });
  }

  /**
   * Removes a role from the list. Certificates that were issued for it stay valid.
   *
   * @returns whether it was listed
   */
  async removeRole(role: string): Promise<boolean> {
    const event = { kind: 'admin.ssh_role_removed', detail: role } as const;
    const changed = await this.#records.roles.change(this.#journal, (listed = []) => {
      const value = listed.filter((each) => each.role !== role);
      return value.length < listed.length ? { value, event } : undefined;
    });
    return changed !== undefined;
  }

  /**
   * Revokes one certificate.
   *
   * @throws {AuthError} no_such_certificate if it is unknown or has expired long ago
   */
  async revoke(serial: string): Promise<IssuedRecord> {
    const { issued } = this.#records;
    return retryConflicts(async () => {
      const entry = await issued.get(serial);
      if (!entry)
        throw new AuthError('no_such_certificate', 'there is no certificate with that serial number');
      const { username } = entry.value;
      const event = { kind: 'admin.ssh_revoked', username, detail: `serial ${serial}` } as const;
      if (!entry.value.revoked)
        await this.#journal.commit([issued.replacing(entry, { ...entry.value, revoked: true })], [event]);
      return entry.value;
    });
  }

  /**
   * Revokes every unexpired certificate of an account.
   *
   * @returns how many there were
   */
  async revokeAccount({ uid }: AccountKey): Promise<number> {
    let count = 0;
    for await (const issued of this.#unexpired())
      if (issued.uid === uid && !issued.revoked) {
        await this.revoke(issued.serial);
        count += 1;
      }
    return count;
  }

  /** Revokes everything issued until now, and whatever a process with a fast clock issues in the next five minutes. */
  async revokeAll(): Promise<void> {
    const event = { kind: 'admin.ssh_revoked', detail: 'all' } as const;
    await this.#records.issuing.change(this.#journal, (issuing = NOTHING_ISSUED) => ({
      value: fenced(issuing, this.#now()),
      event,
    }));
  }

  /** Issues certificates again after a restore. */
  async resume(): Promise<void> {
    await this.#records.issuing.change(this.#journal, (issuing = NOTHING_ISSUED) => ({
      value: { ...issuing, paused: false },
      event: { kind: 'admin.ssh_resumed' },
    }));
  }

  /** Returns whether a restore has paused issuing. */
  async isPaused(): Promise<boolean> {
    return (await this.#records.issuing.value())?.paused ?? false;
  }

  /**
   * Goes one step further in a rotation of the authority.
   *
   * @returns the authorities afterwards
   * @throws {AuthError} wrong_step if the step before it is missing, or with `retryAfter` while certificates of the authority to
   *   be removed are valid
   */
  async rotate(step: RotationStep): Promise<readonly SshAuthority[]> {
    const event = { kind: 'admin.ssh_rotated', detail: step } as const;
    const next = await this.#records.authorities.change(this.#journal, async (authorities) => ({
      value: await this.#afterStep(step, authorities),
      event,
    }));
    return (next ?? []).map(withoutPrivateKey);
  }

  /**
   * Checks that `rotate` would accept the step, before the administrator is asked to confirm it.
   *
   * @throws {AuthError} wrong_step as `rotate`
   */
  async checkStep(step: RotationStep): Promise<void> {
    await this.#afterStep(step, await this.#records.authorities.value());
  }

  async #afterStep(step: RotationStep, authorities: readonly AuthorityRecord[] | undefined) {
    if (!authorities) throw new AuthError('wrong_step', 'there is no SSH authority yet');
    const next = afterStep(step, authorities, this.#now());
    if (step === 'finish') await this.#refuseWhileValid(authorities.filter((each) => !next.includes(each)));
    return next;
  }

  async *#unexpired(): AsyncIterable<IssuedRecord> {
    const now = this.#now();
    for await (const { value } of this.#records.issued.entries()) if (value.expires > now) yield value;
  }

  async #refuseWhileValid(removed: readonly AuthorityRecord[]): Promise<void> {
    let last = 0;
    for await (const { authority, expires } of this.#unexpired())
      if (removed.some(({ publicKey }) => publicKey === authority)) last = Math.max(last, expires);
    if (last > 0)
      throw new AuthError('wrong_step', 'certificates of the old authority are still valid', {
        retryAfter: last - this.#now(),
      });
  }
}
