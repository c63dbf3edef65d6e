/**
 * Invitations: a public id and a 75-bit secret, created by the administrator and used once. The server stores an SRP
 * verifier of the secret, and the invited user proves it over the channel binding before anything about the new account is
 * sent. The code of a password reset is an invitation, too: with a second factor, its holder sets a new password.
 */
import type { Collection, Entry, Store, Unreadable, Write } from '@countersign/secure-store';
import { CURRENT_SUITE, computeVerifier, generateSalt, standInVerifier } from '@countersign/srp-core';
import { generateRecoveryCodes, parseRecoveryCode } from '@countersign/totp-core';
import { z } from 'zod';
import type { Journal } from '../audit/journal.ts';
import { AuthError } from '../errors.ts';
import { toText, verifierOf } from './account.ts';
import { rolesSchema, withRoles } from './roles.ts';
import type { AccountKey } from './standing.ts';

export const invitationSchema = z.strictObject({
  id: z.string(),
  salt: z.base64url(),
  verifier: z.base64url(),
  created: z.int().min(0),
  expires: z.int().min(0),
  /** The only user name for which it can be used. */
  username: z.string().optional(),
  /** The roles of the account that it is used for. Records of earlier versions have none. */
  roles: rolesSchema.default([]),
  /** For a password reset: the uid of the account, whose name is `username`. Such an invitation does not register. */
  resets: z.base64url().optional(),
});
/** An invitation, as the server stores it. */
export type Invitation = z.output<typeof invitationSchema>;

/** A new invitation. Times are in seconds. */
interface NewInvitation {
  readonly now: number;
  readonly validFor: number;
  readonly username?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

/** An invitation with its code for the user (docs/protocol.md), whose secret is stored nowhere. */
interface Made {
  readonly invitation: Invitation;
  readonly code: string;
}

/** How long the code of a password reset is valid. */
const RESET_SECONDS = 24 * 60 * 60;
/** How long an expired invitation is listed. */
const KEPT_SECONDS = 30 * 24 * 60 * 60;

const ID_BYTES = 6;

/** The invitations of a store. */
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

  /** On a command line, a word that begins with a dash is an option. */
  #newId(): string {
    for (;;) {
      const id = toText(this.#randomBytes(ID_BYTES));
      if (!id.startsWith('-')) return id;
    }
  }

  async create(options: NewInvitation): Promise<Made> {
    const made = this.#make(options);
    const { invitation } = made;
    const { id, username } = invitation;
    const event = { kind: 'invite.created', username, detail: idAndRoles(invitation) } as const;
    await this.#journal.commit([this.#entries.inserting(id, invitation)], [event]);
    return made;
  }

  /** Returns an invitation that is not stored yet, with which the owner of an account sets a new password. */
  makeReset({ username, uid }: AccountKey, now: number): Made {
    return this.#make({ now, validFor: RESET_SECONDS, username, resets: uid });
  }

  #make({ now, validFor, username, roles = [], resets }: NewInvitation & Pick<Invitation, 'resets'>): Made {
    const id = this.#newId();
    const [printed = ''] = generateRecoveryCodes({ count: 1, randomBytes: this.#randomBytes });
    const secret = parseRecoveryCode(printed);
    if (!secret.ok) throw new TypeError('our own secrets must parse');
    const salt = generateSalt();
    const password = new TextEncoder().encode(secret.code);
    const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: id, password, salt });
    const invitation: Invitation = {
      id,
      salt: toText(salt),
      verifier: toText(verifier),
      created: now,
      expires: now + validFor,
      username,
      roles: withRoles(roles, {}),
      resets,
    };
    return { invitation, code: `${id}.${printed}` };
  }

  /** @param onUnreadable called for each unreadable invitation; without it the first one ends the iteration with an error */
  async *all(onUnreadable?: (unreadable: Unreadable) => void): AsyncIterable<Invitation> {
    for await (const { value } of this.#entries.entries({ onUnreadable })) yield value;
  }

  /** Returns the invitation with this id if it can still be used. */
  async find(id: string, now: number): Promise<Entry<Invitation> | undefined> {
    const entry = await this.#entries.get(id);
    return entry && isCurrent(entry, now) ? entry : undefined;
  }

  /** Returns the salt and verifier of an invitation, or stand-ins if it does not exist. */
  verifierOf(id: string, invitation: Invitation | undefined): { salt: Uint8Array; verifier: Uint8Array } {
    const standIn = standInVerifier({ seed: this.#standInSeed, username: id, suite: CURRENT_SUITE });
    return invitation ? verifierOf(invitation) : standIn;
  }

  /** Returns the writes that store an invitation, in place of the earlier one with that id, if there is one. */
  async storing(invitation: Invitation, earlier: string | undefined): Promise<readonly Write[]> {
    const entry = earlier === undefined ? undefined : await this.#entries.get(earlier);
    const inserting = this.#entries.inserting(invitation.id, invitation);
    return entry ? [this.#entries.removing(entry), inserting] : [inserting];
  }

  /**
   * Returns the write that uses an invitation up, for the commit of what it is used for.
   *
   * @param now the time of that commit, in Unix seconds
   * @returns `undefined` if the invitation has expired
   */
  using(entry: Entry<Invitation>, now: number): Write | undefined {
    return isCurrent(entry, now) ? this.#entries.removing(entry) : undefined;
  }

  /**
   * Removes those that expired 30 days ago.
   *
   * @param now Unix seconds
   */
  async removeExpired(now: number): Promise<void> {
    for await (const entry of this.#entries.entries({ onUnreadable: () => {} }))
      if (entry.value.expires + KEPT_SECONDS <= now) await this.#entries.remove(entry.id);
  }

  async revoke(id: string): Promise<void> {
    const entry = await this.#entries.get(id);
    if (!entry) throw new AuthError('no_such_invitation', 'there is no invitation of that id');
    const event = { kind: 'invite.revoked', detail: id, username: entry.value.username } as const;
    await this.#journal.commit([this.#entries.removing(entry)], [event]);
  }
}

/** Returns whether an invitation can still be used at `now` (Unix seconds). */
export function isCurrent({ value }: Entry<Invitation>, now: number): boolean {
  return now < value.expires;
}

/** For the audit log. */
export function idAndRoles({ id, roles }: Invitation): string {
  return roles.length === 0 ? id : `${id}, roles ${roles.join(' ')}`;
}
