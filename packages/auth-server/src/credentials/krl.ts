/**
 * The revocation list, computed from what is stored: everything issued up to the fence, each unexpired certificate that
 * was revoked or whose account is gone, disabled or has another generation, and the authorities that are compromised. A
 * new password therefore revokes the certificates of an account without a write.
 */
import type { Unreadable } from '@countersign/secure-store';
import { encodeKrl, lastSerialOf, parsePublicKey } from '@countersign/ssh-core';
import type { Accounts } from '../accounts/accounts.ts';
import {
  type AuthorityRecord,
  type IssuedRecord,
  NOTHING_ISSUED,
  ONE,
  type SshCollections,
} from './records.ts';

/** What the list revokes. */
interface Revocations {
  readonly authorities: readonly AuthorityRecord[];
  /** Of the last certificate that the fence revokes; `undefined` if it revokes none. */
  readonly last: string | undefined;
  /** The unexpired certificates that are revoked one by one, by authority. */
  readonly serials: ReadonlyMap<string, ReadonlySet<string>>;
}

async function revocationsOf(
  collections: SshCollections,
  accounts: Accounts,
  now: number,
  onUnreadable?: (unreadable: Unreadable) => void,
): Promise<Revocations> {
  const serials = new Map<string, Set<string>>();
  const stands = standing(accounts);
  for await (const { value } of collections.issued.entries({ onUnreadable }))
    if (value.expires > now && (value.revoked || !(await stands(value)))) {
      const revoked = serials.get(value.authority) ?? new Set();
      serials.set(value.authority, revoked.add(value.serial));
    }
  // Read after the certificates: an authority that is missing here has none that is unexpired.
  const authorities = (await collections.authorities.get(ONE))?.value ?? [];
  const { fence } = (await collections.issuing.get(ONE))?.value ?? NOTHING_ISSUED;
  return { authorities, last: fence === 0 ? undefined : lastSerialOf(fence), serials };
}

/**
 * Returns the revocation list in its binary form (PROTOCOL.krl).
 *
 * @param now Unix seconds
 * @throws {StoreError} damaged if a record cannot be read, since a list without it would revoke too little
 */
export async function computeKrl(
  collections: SshCollections,
  accounts: Accounts,
  now: number,
): Promise<Uint8Array> {
  const { authorities, last, serials } = await revocationsOf(collections, accounts, now);
  return encodeKrl({
    version: now,
    generatedAt: now,
    certificates: authorities.map(({ publicKey }) => ({
      authority: parsePublicKey(publicKey),
      ranges: last === undefined ? [] : [{ first: '1', last }],
      serials: [...(serials.get(publicKey) ?? [])],
    })),
    keys: authorities.filter(isCompromised).map(({ publicKey }) => parsePublicKey(publicKey)),
  });
}

/**
 * Iterates over the certificates that have not expired. `revoked` is whether the revocation list of now revokes them, for
 * whatever reason.
 *
 * @param now Unix seconds
 * @param onUnreadable called for each unreadable record; without it the first one ends the iteration with an error
 */
export async function* unexpired(
  collections: SshCollections,
  accounts: Accounts,
  now: number,
  onUnreadable?: (unreadable: Unreadable) => void,
): AsyncIterable<IssuedRecord> {
  // A record that cannot be read is reported by the iteration below.
  const passOver = onUnreadable && (() => {});
  const { authorities, last, serials } = await revocationsOf(collections, accounts, now, passOver);
  const compromised = new Set(authorities.filter(isCompromised).map(({ publicKey }) => publicKey));
  for await (const { value } of collections.issued.entries({ onUnreadable })) {
    const { serial, authority } = value;
    const isRevoked =
      compromised.has(authority) ||
      (last !== undefined && BigInt(serial) <= BigInt(last)) ||
      serials.get(authority)?.has(serial) === true;
    if (value.expires > now) yield { ...value, revoked: isRevoked };
  }
}

function isCompromised({ state }: AuthorityRecord): boolean {
  return state === 'compromised';
}

/** Returns a check whether the account of a certificate is as it was, which reads each account once. */
function standing(accounts: Accounts): (issued: IssuedRecord) => Promise<boolean> {
  const found = new Map<string, Promise<string | undefined>>();
  const stateOf = async (username: string) => {
    const account = await accounts.find(username);
    return account && !account.disabled ? `${account.uid} ${account.generation}` : undefined;
  };
  return async ({ username, uid, generation }) => {
    const state = found.get(username) ?? stateOf(username);
    found.set(username, state);
    return (await state) === `${uid} ${generation}`;
  };
}
