/**
 * The accounts: reading them, and the changes their owners make. Every change is conditional on the uid and the
 * generation its session has seen, and is committed together with the audit event that tells of it.
 */
import {
  type Collection,
  type Entry,
  type Store,
  StoreError,
  type Unreadable,
  type Write,
} from '@countersign/secure-store';
import { type Suite, standInVerifier } from '@countersign/srp-core';
import { hashRecoveryCode, matchRecoveryCode, parseRecoveryCode } from '@countersign/totp-core';
import type { AuditEvent } from '../audit/event.ts';
import type { Journal } from '../audit/journal.ts';
import { Decoy } from '../decoy.ts';
import { AuthError } from '../errors.ts';
import { isConflict } from '../store-errors.ts';
import {
  type Account,
  accountSchema,
  type Credential,
  drawGeneration,
  type Login,
  type TotpState,
  toBytes,
  toText,
  withLogin,
} from './account.ts';
import { hashDevice } from './devices.ts';
import { typicalAccount } from './typical.ts';

/** Which state of which account a session stands on. */
export interface Standing {
  readonly username: string;
  readonly uid: string;
  readonly generation: number;
}

/** One account, and not a later one of the same name. */
export type AccountKey = Pick<Standing, 'username' | 'uid'>;

/** What a change gives: the new account with its event, or why there is none. */
type Change<R> =
  | { readonly account: Account | 'removed'; readonly event: AuditEvent }
  | { readonly refused: R };

/** A factor that was judged right, to be spent in the commit of what it pays for: a step, or a canonical recovery code. */
export type Payment =
  | { readonly kind: 'totp'; readonly step: number }
  | { readonly kind: 'recovery'; readonly code: string };

/** Why a payment was not taken: somebody else spent it first. */
export type Unpaid = 'used' | 'wrong';

/** What a paid change is committed with. */
export interface Paid {
  readonly payment: Payment;
  readonly event: AuditEvent;
}

const ATTEMPTS = 32;

function collectionOf(store: Store): Collection<Account> {
  return store.collection('accounts', accountSchema);
}

export class Accounts {
  readonly #entries: Collection<Account>;
  readonly #decoy = new Decoy(collectionOf, typicalAccount());
  readonly #journal: Journal;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #standInSeed: Uint8Array;
  readonly #recoveryKey: Uint8Array;
  readonly #deviceKey: Uint8Array;

  constructor(options: {
    store: Store;
    journal: Journal;
    randomBytes: (length: number) => Uint8Array;
  }) {
    this.#entries = collectionOf(options.store);
    this.#journal = options.journal;
    this.#randomBytes = options.randomBytes;
    this.#standInSeed = options.store.secret('stand-in');
    this.#recoveryKey = options.store.secret('recovery-codes');
    this.#deviceKey = options.store.secret('devices');
  }

  async find(username: string): Promise<Account | undefined> {
    return (await this.#entries.get(username))?.value;
  }

  /**
   * The account a login names. Where there is none, a record like one is opened all the same, or the clock would tell
   * which names exist.
   */
  async findForLogin(username: string): Promise<Account | undefined> {
    const account = await this.find(username);
    if (!account) await this.#decoy.open();
    return account;
  }

  /** The account a session stands on, or AuthError `session_stale`. */
  async findStanding(standing: Standing): Promise<Account> {
    return standingStill(await this.#entries.get(standing.username), standing).value;
  }

  /** `onUnreadable` hears of each that cannot be read; without it the first of them is a StoreError. */
  async *all(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<Account> {
    for await (const { value } of this.#entries.entries({ onUnreadable })) yield value;
  }

  /** Salt, verifier and id that a name without an account shows, the same each time (RFC 5054 §2.5.1.3). */
  standIn(username: string, suite: Suite): { salt: Uint8Array; verifier: Uint8Array; uid: string } {
    const { salt, verifier } = standInVerifier({ seed: this.#standInSeed, username, suite });
    const id = standInVerifier({ seed: this.#standInSeed, username: `id ${username}`, suite }).salt;
    return { salt, verifier, uid: toText(id) };
  }

  /** The keyed hash of a client's token, for `Login`. */
  hashDevice(token: Uint8Array): string {
    return hashDevice(this.#deviceKey, token);
  }

  newAccount(options: {
    username: string;
    credential: Credential;
    totp: TotpState;
    recovery: readonly string[];
    now: number;
  }): Account {
    return {
      uid: toText(this.#randomBytes(16)),
      generation: this.newGeneration(),
      username: options.username,
      created: options.now,
      credential: options.credential,
      totp: options.totp,
      recovery: this.hashCodes(options.recovery),
      disabled: false,
      totpReset: false,
      devices: [],
      clockOffsets: [],
    };
  }

  /** Returns a generation for a change that ends the power of older sessions. */
  newGeneration(): number {
    return drawGeneration(this.#randomBytes);
  }

  hashCodes(codes: readonly string[]): string[] {
    return codes.map((code) => {
      const parsed = parseRecoveryCode(code);
      if (!parsed.ok) throw new TypeError('a recovery code of our own must parse');
      return this.#hashCode(parsed.code);
    });
  }

  /**
   * Inserts the account; of several confirmations of one name exactly one wins.
   * @throws AuthError `name_taken`; StoreError `conflict` when one of `together` no longer fits.
   */
  async insert(account: Account, event: AuditEvent, together: readonly Write[] = []): Promise<void> {
    try {
      const write = this.#entries.inserting(account.username, account);
      await this.#journal.commit([write, ...together], [vouching(event, account, write)]);
    } catch (error) {
      if (!isConflict(error) || !(await this.#entries.get(account.username))) throw error;
      throw new AuthError('name_taken', 'that user name is taken', { cause: error });
    }
  }

  /** Accepts the step of a right code, once, and the login it completes. */
  async loginWithStep(
    standing: Standing,
    step: { step: number; offset: number },
    login: Login,
  ): Promise<'done' | 'used'> {
    return this.#change<'used'>(standing, (account) => {
      if (step.step <= account.totp.lastStep || account.totpReset) return { refused: 'used' };
      const { source } = login;
      const used = { ...account, totp: { ...account.totp, lastStep: step.step } };
      const event: AuditEvent = { kind: 'login.succeeded', username: account.username, source };
      return { account: withLogin(used, login, step.offset), event };
    });
  }

  /** Spends a recovery code, once, and completes a login with it. `code` is canonical. */
  async loginWithRecovery(standing: Standing, code: string, login: Login): Promise<'done' | 'wrong'> {
    return this.#change<'wrong'>(standing, (account) => {
      const recovery = this.#without(account, code);
      if (!recovery) return { refused: 'wrong' };
      const { source } = login;
      const event: AuditEvent = { kind: 'recovery.used', username: account.username, source };
      return { account: withLogin({ ...account, recovery }, login), event };
    });
  }

  /** Accepts the step of a right code, once, for an action on an authenticated connection. */
  async spendStep(standing: Standing, step: number, event: AuditEvent): Promise<'done' | Unpaid> {
    return this.#change<Unpaid>(standing, (account) => {
      const spent = this.#spent(account, { kind: 'totp', step });
      return typeof spent === 'string' ? { refused: spent } : { account: spent, event };
    });
  }

  /** Whether a recovery code is one of those left; it is spent only with what it was given for. */
  async hasRecovery(standing: Standing, code: string): Promise<boolean> {
    return this.#without(await this.findStanding(standing), code) !== undefined;
  }

  /** A new password: ends the power of every other session, and of every device but the one with this hash. */
  async changePassword(
    standing: Standing,
    credential: Credential,
    paid: Paid,
    device: string | undefined,
  ): Promise<Standing | Unpaid> {
    const generation = this.newGeneration();
    const outcome = await this.#changePaid(standing, paid, (account) => ({
      ...account,
      credential,
      generation,
      devices: account.devices.filter(({ hash }) => hash === device),
    }));
    return outcome === 'done' ? { ...standing, generation } : outcome;
  }

  /** The same password in a newer form: other sessions that proved it may go on. */
  async upgradeCredential(
    standing: Standing,
    credential: Credential,
    isOutdated: (account: Account) => boolean,
    { payment, event }: Paid,
  ): Promise<'done' | 'up_to_date' | Unpaid> {
    return this.#change<'up_to_date' | Unpaid>(standing, (account) => {
      const spent = this.#spent(account, payment);
      if (typeof spent === 'string') return { refused: spent };
      return isOutdated(account) ? { account: { ...spent, credential }, event } : { refused: 'up_to_date' };
    });
  }

  /**
   * Puts a confirmed new secret in the place of the old one, which worked until now, and spends the recovery code
   * that was given for it; with `login`, this completes a login as well.
   */
  async replaceTotp(
    standing: Standing,
    totp: TotpState,
    options: { recoveryCode: string | undefined; event: AuditEvent; login?: Login },
  ): Promise<Standing | 'wrong'> {
    const { recoveryCode, event, login } = options;
    const generation = this.newGeneration();
    const outcome = await this.#change<'wrong'>(standing, (account) => {
      const recovery = recoveryCode === undefined ? account.recovery : this.#without(account, recoveryCode);
      if (!recovery) return { refused: 'wrong' };
      const replaced: Account = { ...account, totp, recovery, totpReset: false, generation };
      return { account: login ? withLogin(replaced, login) : replaced, event };
    });
    return outcome === 'wrong' ? outcome : { ...standing, generation };
  }

  async renewRecovery(standing: Standing, codes: readonly string[], paid: Paid): Promise<'done' | Unpaid> {
    const recovery = this.hashCodes(codes);
    return this.#changePaid(standing, paid, (account) => ({ ...account, recovery }));
  }

  async remove(standing: Standing, paid: Paid): Promise<'done' | Unpaid> {
    return this.#changePaid(standing, paid, () => 'removed');
  }

  /**
   * Makes a change by the administrator, whatever state the account is in.
   *
   * @param change returns `undefined` to leave the account as it is; can be called several times
   * @returns whether the account was changed
   * @throws {AuthError} session_stale if it was removed, even if its name was registered again
   */
  async administer(
    { username, uid }: AccountKey,
    change: (account: Account) => Account | 'removed' | undefined,
    event: AuditEvent,
  ): Promise<boolean> {
    const outcome = await this.#change<'unchanged'>({ username, uid, generation: undefined }, (current) => {
      const account = change(current);
      return account === undefined ? { refused: 'unchanged' } : { account, event };
    });
    return outcome === 'done';
  }

  /** Reads, checks that the session still stands, changes, commits; again only when others changed other things. */
  async #change<R extends string>(
    standing: AccountKey & { generation: number | undefined },
    change: (account: Account) => Change<R>,
  ): Promise<'done' | R> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const entry = await this.#entries.get(standing.username);
      const account = standingStill(entry, standing);
      const outcome = change(account.value);
      if ('refused' in outcome) return outcome.refused;
      const write =
        outcome.account === 'removed'
          ? this.#entries.removing(account)
          : this.#entries.replacing(account, outcome.account);
      try {
        const removed = outcome.account === 'removed';
        await this.#journal.commit([write], [vouching(outcome.event, account.value, write, removed)]);
        return 'done';
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
    throw new StoreError('conflict', 'the account is too busy');
  }

  /** A change by the owner, committed together with the factor that pays for it. */
  #changePaid(
    standing: Standing,
    { payment, event }: Paid,
    change: (account: Account) => Account | 'removed',
  ): Promise<'done' | Unpaid> {
    return this.#change<Unpaid>(standing, (account) => {
      const spent = this.#spent(account, payment);
      return typeof spent === 'string' ? { refused: spent } : { account: change(spent), event };
    });
  }

  /** The account without the factor that pays, or why it cannot. */
  #spent(account: Account, payment: Payment): Account | Unpaid {
    if (payment.kind === 'recovery') {
      const recovery = this.#without(account, payment.code);
      return recovery ? { ...account, recovery } : 'wrong';
    }
    if (payment.step <= account.totp.lastStep || account.totpReset) return 'used';
    return { ...account, totp: { ...account.totp, lastStep: payment.step } };
  }

  #without(account: Account, code: string): string[] | undefined {
    const hashes = account.recovery.map(toBytes);
    const match = matchRecoveryCode({ key: this.#recoveryKey, hashes, code });
    if (!match.ok) return undefined;
    const spent = toText(match.spent);
    return account.recovery.filter((kept) => kept !== spent);
  }

  #hashCode(canonical: string): string {
    return toText(hashRecoveryCode(this.#recoveryKey, canonical));
  }
}

/** The event with the version that the account has afterwards, so that `audit verify` finds an older record put back. */
function vouching(
  event: AuditEvent,
  { username, uid }: AccountKey,
  write: Write,
  removed = false,
): AuditEvent {
  const version = String(write.version);
  return { ...event, accounts: [{ username, uid, version, ...(removed ? { removed } : {}) }] };
}

function standingStill(
  entry: Entry<Account> | undefined,
  standing: { uid: string; generation: number | undefined },
): Entry<Account> {
  const account = entry?.value;
  if (
    !entry ||
    account?.uid !== standing.uid ||
    (standing.generation !== undefined && (account.generation !== standing.generation || account.disabled))
  )
    throw new AuthError('session_stale', 'the account has changed meanwhile, and nothing was done');
  return entry;
}

export function verifierOf(credential: Credential): { salt: Uint8Array; verifier: Uint8Array } {
  return { salt: toBytes(credential.salt), verifier: toBytes(credential.verifier) };
}
