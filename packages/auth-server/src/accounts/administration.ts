/** What an administrator sees of accounts and does with them while servers run. */
import type { Unreadable } from '@countersign/secure-store';
import { prepareUsername } from '@countersign/srp-core';
import { generateRecoveryCodes } from '@countersign/totp-core';
import type { AuditKind } from '../audit/event.ts';
import { AuthError } from '../errors.ts';
import { Ledger } from '../limits/ledger.ts';
import type { Limits } from '../limits/limits.ts';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Also } from './change.ts';
import type { Invitations } from './invitations.ts';
import { withoutFutureStep } from './last-step.ts';
import { type AccountDetails, type AccountOverview, detailsOf, overviewOf } from './overview.ts';
import { openRegistry, type RegistryOptions } from './registry.ts';
import { MOST_ROLES, type RoleChange, roleChangeInWords, withRoles } from './roles.ts';
import type { AccountKey } from './standing.ts';

interface AdministrationOptions extends RegistryOptions {
  /** Those of the server (`keptLimits`). */
  readonly limits: Limits;
  /** Called for each row of the ledger that cannot be read, whose waits are missing in the results. */
  readonly onUnreadableCounter?: ((unreadable: Unreadable) => void) | undefined;
}

/**
 * The administrator's view of the accounts. Names are accepted in any form of the same name. Each method changes only the
 * account that it found, never a later one with the same name.
 *
 * @throws {AuthError} no_such_account
 * @throws {AuthError} session_stale if the account was removed in the meantime
 */
export class Administration {
  readonly #accounts: Accounts;
  readonly #invitations: Invitations;
  readonly #ledger: Ledger;
  readonly #options: AdministrationOptions;

  constructor(options: AdministrationOptions) {
    const { accounts, invitations } = openRegistry(options);
    this.#accounts = accounts;
    this.#invitations = invitations;
    this.#ledger = new Ledger(options);
    this.#options = options;
  }

  /** @param onUnreadable called for each unreadable account; without it the first one ends the iteration with an error */
  async *list(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<AccountOverview> {
    const waits = await this.#ledger.waits(this.#options.onUnreadableCounter);
    for await (const account of this.#accounts.all(onUnreadable)) yield overviewOf(account, waits);
  }

  /** Returns the account with this name, for a question before it is changed. */
  async find(name: string): Promise<AccountKey> {
    const { username, uid } = await this.#find(name);
    return { username, uid };
  }

  async show(name: string): Promise<AccountDetails> {
    const account = await this.#find(name);
    const waits = await this.#ledger.waits(this.#options.onUnreadableCounter);
    const failures = await this.#ledger.failuresOf(account.uid, account.proofs);
    return detailsOf(account, waits, failures, this.#now());
  }

  /** Ends the waits of the account, also those of a clock that was ahead. A pause of a source for all accounts stays. */
  async unlock(name: string): Promise<{ username: string }> {
    const account = await this.#find(name);
    const time = this.#now();
    const { lastStep } = account.totp;
    const unlocked = withoutFutureStep(account, time).totp.lastStep;
    const detail = unlocked < lastStep ? `last time step ${lastStep} set back to ${unlocked}` : undefined;
    await this.#change(account, 'admin.unlocked', (now) => withoutFutureStep(now, time), detail);
    await this.#ledger.unlock(account.username, account.uid);
    return { username: account.username };
  }

  /** Refuses logins until the account is enabled again. `changed` is `false` if it was disabled already. */
  async disable(name: string): Promise<{ username: string; changed: boolean }> {
    const account = await this.#find(name);
    const changed = await this.#change(account, 'admin.disabled', (now, generation) =>
      now.disabled ? undefined : { ...now, disabled: true, generation },
    );
    return { username: account.username, changed };
  }

  async enable(name: string): Promise<{ username: string; changed: boolean }> {
    const account = await this.#find(name);
    const changed = await this.#change(account, 'admin.enabled', (now) =>
      now.disabled ? { ...now, disabled: false } : undefined,
    );
    return { username: account.username, changed };
  }

  /**
   * Adds and removes roles. Removing one ends the sessions of the account and the power of what was issued to them; adding
   * one does not.
   *
   * @returns the roles that the account has now, and whether they were changed
   * @throws {AuthError} too_many_roles
   */
  async changeRoles(
    name: string,
    change: RoleChange,
  ): Promise<{ username: string; roles: readonly string[]; changed: boolean }> {
    const account = await this.#find(name);
    let roles: readonly string[] = [];
    const changed = await this.#change(
      account,
      'admin.roles_changed',
      (now, generation) => {
        roles = withRoles(now.roles, change);
        if (roles.length > MOST_ROLES)
          throw new AuthError('too_many_roles', `an account can have at most ${MOST_ROLES} roles`);
        if (String(roles) === String(now.roles)) return undefined;
        const removes = now.roles.some((role) => !roles.includes(role));
        return { ...now, roles, generation: removes ? generation : now.generation };
      },
      roleChangeInWords(change),
    );
    return { username: account.username, roles, changed };
  }

  /**
   * Gives an account another name. Its sessions end, and SSH certificates with the old name are revoked with the next list.
   * The password stays: the verifier keeps the old name as its identity until the owner renews it.
   *
   * @returns the new name in canonical form
   * @throws {AuthError} name_refused
   * @throws {AuthError} name_taken
   * @throws {AuthError} name_invited
   * @throws {AuthError} reset_pending
   */
  async rename(account: AccountKey, newName: string): Promise<{ username: string }> {
    const prepared = prepareUsername(newName);
    if (!prepared.ok) throw new AuthError('name_refused', 'this is not a valid user name');
    const { username } = prepared;
    if (username === account.username)
      throw new AuthError('name_refused', 'the account already has this name');
    const now = this.#now();
    for await (const invitation of this.#invitations.all(() => {}))
      if (invitation.username === username && now < invitation.expires)
        throw new AuthError('name_invited', 'there is an unused invitation for this name');
    await this.#change(
      account,
      'admin.renamed',
      (before, generation) => {
        if (before.passwordReset !== undefined)
          throw new AuthError('reset_pending', 'the user has not set a new password yet after a reset');
        return { ...before, username, generation };
      },
      `now ${username}`,
      async () => {
        if (await this.#accounts.find(username)) throw new AuthError('name_taken', 'this user name is taken');
        return [];
      },
    );
    await this.#ledger.rename(account.uid, username);
    return { username };
  }

  /** Ends all sessions of the account, forgets its devices, and revokes what was issued to it with the next list. */
  async endSessions(name: string): Promise<{ username: string }> {
    const account = await this.#find(name);
    await this.#change(account, 'admin.sessions_ended', (now, generation) => ({
      ...now,
      generation,
      devices: [],
    }));
    return { username: account.username };
  }

  async remove(account: AccountKey): Promise<void> {
    await this.#change(account, 'admin.removed', () => 'removed');
    await this.#ledger.forget(account.uid);
  }

  /**
   * Resets a forgotten password. The old password, the sessions and the devices become invalid at once; the authenticator
   * and the recovery codes stay valid. An earlier unused reset becomes invalid, too.
   *
   * @returns the code of an invitation, which is stored nowhere: with it and a second factor the user sets a new password.
   *   `expires`: in Unix seconds
   */
  async resetPassword(account: AccountKey): Promise<{ id: string; code: string; expires: number }> {
    const { invitation, code } = this.#invitations.makeReset(account, this.#now());
    const { id, expires } = invitation;
    const credential = this.#accounts.newUnknownPassword(account.username);
    await this.#change(
      account,
      'admin.password_reset',
      (now, generation) => ({ ...now, credential, passwordReset: id, generation, devices: [] }),
      id,
      ({ passwordReset }) => this.#invitations.storing(invitation, passwordReset),
    );
    return { id, code, expires };
  }

  /**
   * Helps a user who lost the authenticator and the recovery codes.
   *
   * @returns a recovery code that is stored nowhere; with it and the password the user enrols a new authenticator, and
   *   until then cannot log in otherwise
   */
  async resetTotp(account: AccountKey): Promise<string> {
    const [code = ''] = generateRecoveryCodes({ count: 1, randomBytes: this.#options.randomBytes });
    const recovery = this.#accounts.hashCodes([code]);
    await this.#change(account, 'admin.totp_reset', (now, generation) => ({
      ...now,
      recovery,
      totpReset: true,
      generation,
    }));
    await this.#ledger.unlock(account.username, account.uid);
    return code;
  }

  /** Unix seconds. */
  #now(): number {
    return Math.floor(this.#options.clock() / 1000);
  }

  async #find(name: string): Promise<Account> {
    const prepared = prepareUsername(name);
    const account = prepared.ok ? await this.#accounts.find(prepared.username) : undefined;
    if (!account) throw new AuthError('no_such_account', 'there is no account of that name');
    return account;
  }

  /** @param change receives a new generation, for an account whose sessions end */
  async #change(
    account: AccountKey,
    kind: AuditKind,
    change: (account: Account, generation: number) => Account | 'removed' | undefined,
    detail?: string,
    also?: Also,
  ): Promise<boolean> {
    const generation = this.#accounts.newGeneration();
    const event = { kind, username: account.username, detail };
    return this.#accounts.administer(account, (now) => change(now, generation), event, also);
  }
}
