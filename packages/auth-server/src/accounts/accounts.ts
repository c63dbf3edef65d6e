/** The accounts. Every change is conditional on what its session has seen, and is committed with its audit event. */
import {
  type Collection,
  type Entry,
  isConflict,
  retryConflicts,
  type Store,
  type Unreadable,
  type Write,
} from '@countersign/secure-store';
import { CURRENT_SUITE, DEFAULT_STRETCH, type Suite, standInVerifier } from '@countersign/srp-core';
import { hashRecoveryCode, matchRecoveryCode, parseRecoveryCode } from '@countersign/totp-core';
import type { AuditEvent } from '../audit/event.ts';
import type { Journal } from '../audit/journal.ts';
import { decoyFor } from '../decoy.ts';
import { AuthError } from '../errors.ts';
import { type Account, accountSchema, type Credential, drawGeneration, toBytes, toText } from './account.ts';
import { type Also, alone, type Change, type Together, vouchingFor, writesOf } from './change.ts';
import { hashDevice } from './devices.ts';
import { withRoles } from './roles.ts';
import { type AccountKey, type Standing, standingStill } from './standing.ts';
import { typicalAccount } from './typical.ts';

function collectionOf(store: Store): Collection<Account> {
  return store.collection('accounts', accountSchema);
}

/** The accounts of a store. */
export class Accounts {
  readonly #entries: Collection<Account>;
  readonly #openDecoy = decoyFor(collectionOf, typicalAccount());
  readonly #journal: Journal;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #standInSeed: Uint8Array;
  readonly #recoveryKey: Uint8Array;
  readonly #deviceKey: Uint8Array;

  constructor(options: { store: Store; journal: Journal; randomBytes: (length: number) => Uint8Array }) {
    this.#entries = collectionOf(options.store);
    this.#journal = options.journal;
    this.#randomBytes = options.randomBytes;
    this.#standInSeed = options.store.secret('stand-in');
    this.#recoveryKey = options.store.secret('recovery-codes');
    this.#deviceKey = options.store.secret('devices');
  }

  async find(username: string): Promise<Account | undefined> {
    return (await this.entryOf(username))?.value;
  }

  /** Returns an account with the version on which a commit can be conditional. */
  entryOf(username: string): Promise<Entry<Account> | undefined> {
    return this.#entries.get(username);
  }

  /** Returns the account of a login. Without one, opens a record like it, so that the time does not reveal which names exist. */
  async findForLogin(username: string): Promise<Entry<Account> | undefined> {
    const entry = await this.entryOf(username);
    if (!entry) await this.#openDecoy();
    return entry;
  }

  /** Reads an account again, and opens it only if it has changed. */
  reread(entry: Entry<Account>): Promise<Entry<Account> | undefined> {
    return this.#entries.reread(entry);
  }

  /**
   * Returns the account on which a session stands.
   *
   * @throws {AuthError} session_stale
   */
  async findStanding(standing: Standing): Promise<Account> {
    return (await this.standingEntry(standing)).value;
  }

  /**
   * As `findStanding`, with the version on which a commit can be conditional.
   *
   * @throws {AuthError} session_stale
   */
  async standingEntry(standing: Standing): Promise<Entry<Account>> {
    return standingStill(await this.entryOf(standing.username), standing);
  }

  /** Returns a write that makes a commit conditional on an account that was read. */
  unchanged(entry: Entry<Account>): Write {
    return this.#entries.unchanged(entry);
  }

  /** @param onUnreadable called for each unreadable account; without it the first one ends the iteration with an error */
  async *all(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<Account> {
    for await (const { value } of this.#entries.entries({ onUnreadable })) yield value;
  }

  /** Returns the salt, verifier and id for a name without an account, the same each time (RFC 5054 §2.5.1.3). */
  standIn(username: string, suite: Suite): { salt: Uint8Array; verifier: Uint8Array; uid: string } {
    const { salt, verifier } = standInVerifier({ seed: this.#standInSeed, username, suite });
    const id = standInVerifier({ seed: this.#standInSeed, username: `id ${username}`, suite }).salt;
    return { salt, verifier, uid: toText(id) };
  }

  /** Returns the keyed hash of a client's token, for `Login`. */
  hashDevice(token: Uint8Array): string {
    return hashDevice(this.#deviceKey, token);
  }

  newAccount({
    now,
    recovery,
    roles = [],
    ...own
  }: Pick<Account, 'username' | 'credential' | 'totp'> & {
    readonly recovery: readonly string[];
    readonly roles?: readonly string[] | undefined;
    readonly now: number;
  }): Account {
    return {
      ...own,
      uid: toText(this.#randomBytes(16)),
      generation: this.newGeneration(),
      created: now,
      recovery: this.hashCodes(recovery),
      disabled: false,
      totpReset: false,
      roles: withRoles(roles, {}),
      devices: [],
      clockOffsets: [],
    };
  }

  /** Returns a credential of the current profile with an unknown password. */
  newUnknownPassword(username: string): Credential {
    const { salt, verifier } = standInVerifier({
      seed: this.#randomBytes(32),
      username,
      suite: CURRENT_SUITE,
    });
    return {
      suite: CURRENT_SUITE.name,
      identity: username,
      stretch: DEFAULT_STRETCH,
      salt: toText(salt),
      verifier: toText(verifier),
    };
  }

  /** Returns a generation for a change that ends the power of older sessions. */
  newGeneration(): number {
    return drawGeneration(this.#randomBytes);
  }

  hashCodes(codes: readonly string[]): string[] {
    return codes.map((code) => {
      const parsed = parseRecoveryCode(code);
      if (!parsed.ok) throw new TypeError('our own recovery codes must parse');
      return toText(hashRecoveryCode(this.#recoveryKey, parsed.code));
    });
  }

  /**
   * Inserts an account. Of several confirmations of one name exactly one wins.
   *
   * @throws {AuthError} name_taken
   * @throws {StoreError} conflict if one of the writes in `together` no longer fits
   */
  async insert(account: Account, event: AuditEvent, together: readonly Write[] = []): Promise<void> {
    try {
      const write = this.#entries.inserting(account.username, account);
      await this.#journal.commit([write, ...together], [vouchingFor(account, write, event)]);
    } catch (error) {
      if (!isConflict(error) || !(await this.#entries.get(account.username))) throw error;
      throw new AuthError('name_taken', 'this user name is taken', { cause: error });
    }
  }

  /** Returns the account without one of its recovery codes, in canonical form; `undefined` if it has no such code. */
  withoutRecoveryCode(account: Account, code: string): Account | undefined {
    const hashes = account.recovery.map(toBytes);
    const match = matchRecoveryCode({ key: this.#recoveryKey, hashes, code });
    if (!match.ok) return undefined;
    const spent = toText(match.spent);
    return { ...account, recovery: account.recovery.filter((kept) => kept !== spent) };
  }

  /**
   * Makes a change by the administrator, whatever state the account is in. It can give the account another name.
   *
   * @param change returns `undefined` to leave the account as it is; can be called several times
   * @param also what is committed together with the change
   * @returns whether the account was changed
   * @throws {AuthError} session_stale if it was removed, even if its name was registered again
   */
  async administer(
    { username, uid }: AccountKey,
    change: (account: Account) => Account | 'removed' | undefined,
    event: AuditEvent,
    also?: Also,
  ): Promise<boolean> {
    const changed = (current: Account) => {
      const account = change(current);
      return account === undefined ? { refused: undefined } : { account, event };
    };
    const outcome = await this.change({ username, uid, generation: undefined }, changed, { also });
    return 'account' in outcome;
  }

  /**
   * Reads an account, checks that its session still stands on it, changes it and commits the change with its event. Starts
   * again if others changed other things in the meantime.
   *
   * @param change can be called several times
   * @param options `also`: what is committed together with the change. `together`: makes the commit part of a larger one.
   *   `known`: the account as the connection read it, which is read again only if the commit fails or nothing is to be
   *   committed
   * @returns the account as committed; as it was, if it was removed or `together` committed nothing
   * @throws {AuthError} session_stale
   */
  async change<R>(
    standing: AccountKey & { readonly generation: number | undefined },
    change: (account: Account) => Change<R>,
    options: {
      readonly also?: Also | undefined;
      readonly together?: Together;
      readonly known?: Entry<Account> | undefined;
    } = {},
  ): Promise<{ readonly account: Account } | { readonly refused: R }> {
    const { also = async () => [], together = alone } = options;
    const changeOnce = async (
      known: Entry<Account> | undefined,
    ): Promise<{ readonly account: Account } | { readonly refused: R }> => {
      const entry = known ?? standingStill(await this.entryOf(standing.username), standing);
      const outcome = change(entry.value);
      if ('refused' in outcome) return known === undefined ? outcome : changeOnce(undefined);
      const { account, event } = outcome;
      const { writes, vouching } = writesOf(this.#entries, entry, account, event);
      const more = await also(entry.value);
      const isCommitted = await together((others) =>
        this.#journal.commit([...writes, ...more, ...others], [vouching]),
      );
      return { account: isCommitted && account !== 'removed' ? account : entry.value };
    };
    let { known } = options;
    return retryConflicts(() => {
      const first = known;
      known = undefined;
      return changeOnce(first);
    });
  }
}
