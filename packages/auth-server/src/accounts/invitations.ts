/**
 * Invitations: a public id and a 75-bit secret, made by the administrator, used once. The server keeps only an SRP
 * verifier of the secret, so that the one invited can prove it over the channel binding before anything about the
 * new account travels.
 */
import type { Collection, Entry, Store, Unreadable, Write } from '@countersign/secure-store';
import { CURRENT_SUITE, computeVerifier, generateSalt, standInVerifier } from '@countersign/srp-core';
import { generateRecoveryCodes, parseRecoveryCode } from '@countersign/totp-core';
import { z } from 'zod';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import { toBytes, toText } from './account.ts';
import { rolesSchema, withRoles } from './roles.ts';

export const invitationSchema = z.strictObject({
  id: z.string(),
  salt: z.base64url(),
  verifier: z.base64url(),
  created: z.int().min(0),
  expires: z.int().min(0),
  /** The only user name it may be used for. */
  username: z.string().optional(),
  /** The roles of the account that it is used for. Records of earlier versions have none. */
  roles: rolesSchema.default([]),
});
export type Invitation = z.output<typeof invitationSchema>;

const ID_BYTES = 6;

export class Invitations {
  readonly #entries: Collection<Invitation>;
  readonly #journal: Journal;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #standInSeed: Uint8Array;

  constructor(options: { store: Store; journal: Journal; randomBytes: (length: number) => Uint8Array }) {
    this.#entries = options.store.collection('invitations', invitationSchema);
    this.#journal = options.journal;
    this.#randomBytes = options.randomBytes;
    this.#standInSeed = options.store.secret('stand-in-invitation');
  }

  /** On a command line a word that begins with a dash is an option. */
  #newId(): string {
    for (;;) {
      const id = toText(this.#randomBytes(ID_BYTES));
      if (!id.startsWith('-')) return id;
    }
  }

  /** Makes an invitation. `code` is its secret, to be handed over (docs/protocol.md); kept nowhere. Times in unix seconds. */
  async create(options: {
    now: number;
    validFor: number;
    username?: string | undefined;
    roles?: readonly string[] | undefined;
  }): Promise<{ invitation: Invitation; code: string }> {
    const id = this.#newId();
    const [printed = ''] = generateRecoveryCodes({ count: 1, randomBytes: this.#randomBytes });
    const secret = parseRecoveryCode(printed);
    if (!secret.ok) throw new TypeError('a fresh secret must parse');
    const salt = generateSalt();
    const password = new TextEncoder().encode(secret.code);
    const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: id, password, salt });
    const invitation: Invitation = {
      id,
      salt: toText(salt),
      verifier: toText(verifier),
      created: options.now,
      expires: options.now + options.validFor,
      username: options.username,
      roles: withRoles(options.roles ?? [], {}),
    };
    const event = { kind: 'invite.created', detail: idAndRoles(invitation), ...named(invitation) } as const;
    await this.#journal.commit([this.#entries.inserting(id, invitation)], [event]);
    return { invitation, code: `${id}.${printed}` };
  }

  /** `onUnreadable` hears of each that cannot be read; without it the first of them is a StoreError. */
  async *all(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<Invitation> {
    for await (const { value } of this.#entries.entries({ onUnreadable })) yield value;
  }

  /** The invitation of that id if it can still be used. */
  async find(id: string, now: number): Promise<Entry<Invitation> | undefined> {
    const entry = await this.#entries.get(id);
    return entry && isCurrent(entry, now) ? entry : undefined;
  }

  /** Salt and verifier of an invitation, or stand-ins for one that does not exist. */
  verifierOf(id: string, invitation: Invitation | undefined): { salt: Uint8Array; verifier: Uint8Array } {
    const standIn = standInVerifier({ seed: this.#standInSeed, username: id, suite: CURRENT_SUITE });
    if (!invitation) return standIn;
    return { salt: toBytes(invitation.salt), verifier: toBytes(invitation.verifier) };
  }

  /**
   * The write that uses it up, for the commit that inserts the account; `now` is when that commit is built.
   * @returns `undefined` when the invitation has expired
   */
  using(entry: Entry<Invitation>, now: number): Write | undefined {
    return isCurrent(entry, now) ? this.#entries.removing(entry) : undefined;
  }

  async revoke(id: string): Promise<void> {
    const entry = await this.#entries.get(id);
    if (!entry) throw new AuthError('no_such_invitation', 'there is no invitation of that id');
    const event = { kind: 'invite.revoked', detail: id, ...named(entry.value) } as const;
    await this.#journal.commit([this.#entries.removing(entry)], [event]);
  }
}

/** Whether it can still be used at `now`, in unix seconds. */
export function isCurrent({ value }: Entry<Invitation>, now: number): boolean {
  return now < value.expires;
}

/** For the audit log. */
export function idAndRoles({ id, roles }: Invitation): string {
  return roles.length === 0 ? id : `${id}, roles ${roles.join(' ')}`;
}

function named(invitation: Invitation): { username?: string } {
  return invitation.username === undefined ? {} : { username: invitation.username };
}
