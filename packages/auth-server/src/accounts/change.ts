/** A change of an account, and how it is committed. */
import type { Collection, Entry, Write } from '@countersign/secure-store';
import type { AuditEvent } from '../audit/event.ts';
import type { Account } from './account.ts';

/** What a change makes of an account: the account afterwards with its event, or why nothing changes. */
export type Change<R> =
  | { readonly account: Account | 'removed'; readonly event: AuditEvent }
  | { readonly refused: R };

/** Returns what is committed together with a change of an account, as it was before. Called for each attempt. */
export type Also = (account: Account) => Promise<readonly Write[]>;

/** Makes a commit part of a larger one. Returns `false` if nothing was committed after all. */
export type Together = (commit: (writes: readonly Write[]) => Promise<void>) => Promise<boolean>;

export const alone: Together = async (commit) => {
  await commit([]);
  return true;
};

/** Returns the writes of a change, which can give the account another name, and its event for the commit. */
export function writesOf(
  entries: Collection<Account>,
  entry: Entry<Account>,
  account: Account | 'removed',
  event: AuditEvent,
): { writes: readonly Write[]; vouching: AuditEvent } {
  if (account === 'removed') {
    const removal = entries.removing(entry);
    return { writes: [removal], vouching: vouchingFor(entry.value, removal, event, true) };
  }
  if (account.username === entry.id) {
    const replacement = entries.replacing(entry, account);
    return { writes: [replacement], vouching: vouchingFor(account, replacement, event) };
  }
  const [removal, insertion] = entries.moving(entry, account.username, account);
  return { writes: [removal, insertion], vouching: vouchingFor(account, insertion, event) };
}

/** Returns the event with the new version of the account, so that `audit verify` finds an older record put back. */
export function vouchingFor(
  { username, uid }: Account,
  { version }: Write,
  event: AuditEvent,
  removed?: true,
): AuditEvent {
  return { ...event, accounts: [{ username, uid, version: String(version), removed }] };
}
