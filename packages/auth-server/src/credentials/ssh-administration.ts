/**
 * What the administrator does with SSH certificates: which roles can log in, revoking, rotating the authority, and
 * resuming after a restore. Each change is committed with its audit event.
 */
import { retryConflicts, type Store } from '@countersign/secure-store';
import type { AccountKey } from '../accounts/standing.ts';
import type { AuditKind } from '../audit/event.ts';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import {
  afterStep,
  newAuthority,
  type RotationStep,
  type SshAuthority,
  withoutPrivateKey,
} from './authorities.ts';
import {
  type AuthorityRecord,
  fenced,
  type IssuedRecord,
  MOST_LISTED_ROLES,
  NOTHING_ISSUED,
  ONE,
  putting,
  type SshCollections,
  type SshRole,
  sshCollections,
} from './records.ts';

/** The administrator's side of the SSH certificates of a store. */
export class SshAdministration {
  readonly #collections: SshCollections;
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param options `clock`: Unix milliseconds */
  constructor({ store, journal, clock }: { store: Store; journal: Journal; clock: () => number }) {
    this.#collections = sshCollections(store);
    this.#journal = journal;
    this.#now = () => Math.floor(clock() / 1000);
  }

  /** Returns the authorities, the oldest first. There is none before the first role is listed. */
  async authorities(): Promise<readonly SshAuthority[]> {
    const entry = await this.#collections.authorities.get(ONE);
    return (entry?.value ?? []).map(withoutPrivateKey);
  }

  /** Returns the roles that can log in over SSH, sorted. */
  async roles(): Promise<readonly SshRole[]> {
    return (await this.#collections.roles.get(ONE))?.value ?? [];
  }

  /**
   * Lists a role for SSH, or changes how it is listed. Creates the first authority.
   *
   * @throws {AuthError} list_full
   */
  async listRole(role: SshRole): Promise<void> {
    const { authorities, issuing, roles } = this.#collections;
    const { hours, agentForwarding } = role;
    const detail = [
      role.role,
      ...(hours === undefined ? [] : [`${hours} hours`]),
      ...(agentForwarding ? ['agent forwarding'] : []),
    ].join(', ');
    await retryConflicts(async () => {
      const entry = await roles.get(ONE);
      const others = (entry?.value ?? []).filter((each) => each.role !== role.role);
      if (others.length >= MOST_LISTED_ROLES)
        throw new AuthError('list_full', `at most ${MOST_LISTED_ROLES} roles can be listed for SSH`);
      const next = [...others, role].sort((a, b) => (a.role < b.role ? -1 : 1));
      const first = (await authorities.get(ONE))
        ? []
        : [authorities.inserting(ONE, [newAuthority('signing', this.#now())])];
      // There from the start, so that a restore finds it in every backup that has an authority.
      if (!(await issuing.get(ONE))) first.push(issuing.inserting(ONE, NOTHING_ISSUED));
      await this.#journal.commit(
        [putting(roles, ONE, entry, next), ...first],
        [{ kind: 'admin.ssh_role_listed', detail }],
      );
    });
  }

  /**
   * Takes a role off the list: no certificate is issued for it any more. Those that were issued stay valid.
   *
   * @returns whether it was listed
   */
  async removeRole(role: string): Promise<boolean> {
    const { roles } = this.#collections;
    return retryConflicts(async () => {
      const entry = await roles.get(ONE);
      if (!entry?.value.some((each) => each.role === role)) return false;
      const next = entry.value.filter((each) => each.role !== role);
      const event = { kind: 'admin.ssh_role_removed', detail: role } as const;
      await this.#journal.commit([roles.replacing(entry, next)], [event]);
      return true;
    });
  }

  /**
   * Revokes one certificate.
   *
   * @throws {AuthError} no_such_certificate if it is unknown or has expired long ago
   */
  async revoke(serial: string): Promise<IssuedRecord> {
    const { issued } = this.#collections;
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

  /** Revokes every unexpired certificate of an account. @returns how many there were */
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
    await this.#changeIssuing('admin.ssh_revoked', 'all', (issuing) => fenced(issuing, this.#now()));
  }

  /** Issues certificates again after a restore. */
  async resume(): Promise<void> {
    await this.#changeIssuing('admin.ssh_resumed', undefined, (issuing) => ({ ...issuing, paused: false }));
  }

  /** Returns whether a restore has paused issuing. */
  async isPaused(): Promise<boolean> {
    return (await this.#collections.issuing.get(ONE))?.value.paused ?? false;
  }

  /**
   * Goes one step further in a rotation of the authority.
   *
   * @returns the authorities afterwards
   * @throws {AuthError} wrong_step if the step before it is missing, or with `retryAfter` while certificates of the authority to
   *   be removed are valid
   */
  async rotate(step: RotationStep): Promise<readonly SshAuthority[]> {
    return retryConflicts(async () => {
      const { entry, next } = await this.#afterStep(step);
      const event = { kind: 'admin.ssh_rotated', detail: step } as const;
      await this.#journal.commit([this.#collections.authorities.replacing(entry, next)], [event]);
      return next.map(withoutPrivateKey);
    });
  }

  /** Checks that `rotate` would accept the step, before the administrator is asked to confirm it. @throws {AuthError} wrong_step as `rotate` */
  async checkStep(step: RotationStep): Promise<void> {
    await this.#afterStep(step);
  }

  async #afterStep(step: RotationStep) {
    const entry = await this.#collections.authorities.get(ONE);
    if (!entry) throw new AuthError('wrong_step', 'there is no SSH authority yet');
    const next = afterStep(step, entry.value, this.#now());
    await this.#refuseWhileValid(entry.value.filter((each) => !next.includes(each) && step === 'finish'));
    return { entry, next };
  }

  async *#unexpired(): AsyncIterable<IssuedRecord> {
    const now = this.#now();
    for await (const { value } of this.#collections.issued.entries()) if (value.expires > now) yield value;
  }

  async #refuseWhileValid(removed: readonly AuthorityRecord[]): Promise<void> {
    if (removed.length === 0) return;
    let last = 0;
    for await (const { authority, expires } of this.#unexpired())
      if (removed.some(({ publicKey }) => publicKey === authority)) last = Math.max(last, expires);
    if (last > 0)
      throw new AuthError('wrong_step', 'certificates of the old authority are still valid', {
        retryAfter: last - this.#now(),
      });
  }

  async #changeIssuing(
    kind: AuditKind,
    detail: string | undefined,
    change: (issuing: typeof NOTHING_ISSUED) => typeof NOTHING_ISSUED,
  ): Promise<void> {
    const { issuing } = this.#collections;
    await retryConflicts(async () => {
      const entry = await issuing.get(ONE);
      const next = change(entry?.value ?? NOTHING_ISSUED);
      await this.#journal.commit([putting(issuing, ONE, entry, next)], [{ kind, detail }]);
    });
  }
}
