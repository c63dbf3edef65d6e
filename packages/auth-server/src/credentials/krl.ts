/**
 * The revocation list, computed from what is stored: everything issued up to the fence, each unexpired certificate that
 * was revoked or whose account is gone, disabled or has another generation, and the authorities that are compromised. A
 * new password therefore revokes the certificates of an account without a write.
 */
import type { Unreadable } from '@countersign/secure-store';
import { decodeKrl, encodeKrl, lastSerialOf, parsePublicKey, SshError } from '@countersign/ssh-core';
import type { Accounts } from '../accounts/accounts.ts';
import type { AuthorityRecord, IssuedRecord, SshRecords } from './records.ts';

/**
 * Returns the revocation list in its binary form (PROTOCOL.krl).
 * @param now Unix seconds
 * @throws {StoreError} damaged if a record cannot be read, since a list without it would revoke too little
 */
export async function computeKrl(records: SshRecords, accounts: Accounts, now: number): Promise<Uint8Array> {
  const serials = new Map<string, Set<string>>();
  for await (const { authority, serial, revoked } of judged(records, accounts, now))
    if (revoked) serials.set(authority, (serials.get(authority) ?? new Set()).add(serial));
  // Read after the certificates: an authority that is missing here has none that is unexpired.
  const { authorities, last } = await wholesale(records);
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
  records: SshRecords,
  accounts: Accounts,
  now: number,
  onUnreadable?: (unreadable: Unreadable) => void,
): AsyncIterable<IssuedRecord> {
  const { authorities, last = 0 } = await wholesale(records);
  const compromised = new Set(authorities.filter(isCompromised).map(({ publicKey }) => publicKey));
  for await (const issued of judged(records, accounts, now, onUnreadable)) {
    const { authority, serial, revoked } = issued;
    const isRevoked = revoked || compromised.has(authority) || BigInt(serial) <= BigInt(last);
    yield { ...issued, revoked: isRevoked };
  }
}

/** Yields the unexpired certificates. `revoked` is whether each is revoked on its own, or with its account. */
async function* judged(
  { issued }: SshRecords,
  accounts: Accounts,
  now: number,
  onUnreadable?: (unreadable: Unreadable) => void,
): AsyncIterable<IssuedRecord> {
  const stands = standing(accounts);
  for await (const { value } of issued.entries({ onUnreadable }))
    if (value.expires > now) yield { ...value, revoked: value.revoked || !(await stands(value)) };
}

/** Returns the authorities, and the last serial number that the fence revokes: `undefined` if it revokes none. */
async function wholesale({ authorities, issuing }: SshRecords) {
  const fence = (await issuing.value())?.fence ?? 0;
  return {
    authorities: (await authorities.value()) ?? [],
    last: fence === 0 ? undefined : lastSerialOf(fence),
  };
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

/**
 * What `readKrl` found:
 *
 * - `empty`: a file without a byte, with which `sshd` revokes nothing
 * - `unusable`: not a revocation list of a Countersign server; `sshd` revokes nothing, or refuses every key
 * - `usable`, with the time at which it was computed, in Unix seconds
 */
export type KrlCondition =
  | { readonly condition: 'empty' }
  | { readonly condition: 'unusable'; readonly reason: string }
  | { readonly condition: 'usable'; readonly generatedAt: number };

/** Returns the condition of a revocation list in its binary form. */
export function readKrl(bytes: Uint8Array): KrlCondition {
  if (bytes.length === 0) return { condition: 'empty' };
  try {
    return { condition: 'usable', generatedAt: decodeKrl(bytes).generatedAt };
  } catch (error) {
    if (error instanceof SshError) return { condition: 'unusable', reason: error.message };
    throw error;
  }
}
