/** Retention: the oldest events are removed, and the versions of accounts in them are recorded again. */
import { type Entry, isConflict, type Store } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { isUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, hashOf, type VouchedAccount, vouchingEvents } from './event.ts';
import { StoredLog } from './stored-log.ts';

const PRUNED_AT_ONCE = 64;

/**
 * Removes events that are older than `before`, oldest first, until the signal is aborted. An event that cannot be read
 * stays, and so do the later ones of its writer, which show where it was.
 *
 * The latest event of an account still vouches for it: its version is recorded at the end of the log in an
 * `audit.vouched`, in the same commit, so that heads saved later vouch for it too.
 *
 * @param before Unix milliseconds, as is `now`
 * @returns the number of removed events
 */
export async function pruneAudit(
  store: Store,
  before: number,
  { now, signal }: { now: number; signal?: AbortSignal },
): Promise<number> {
  const log = new StoredLog(store);
  let removed = 0;
  for await (const found of log.heads.entries({ onUnreadable: () => {} })) {
    let head: Entry<AuditHead> | undefined = found;
    while (head && !signal?.aborted) {
      const old = await oldestOf(log, head.value, before);
      if (old.length === 0) break;
      if (await removeOldest(store, log, head, old, now)) removed += old.length;
      head = await log.heads.get(head.value.writer);
    }
  }
  return removed;
}

/** Returns the first events of a chain that are older than `before`. */
async function oldestOf(
  log: StoredLog,
  { writer, seq, first }: AuditHead,
  before: number,
): Promise<readonly Entry<AuditRecord>[]> {
  const old: Entry<AuditRecord>[] = [];
  while (old.length < PRUNED_AT_ONCE && first.seq + old.length <= seq) {
    const entry = await log.event(writer, first.seq + old.length);
    if (!entry || entry.value.at >= before) break;
    old.push(entry);
  }
  return old;
}

/** Returns whether the events were removed: not if the chain has changed since it was read. */
async function removeOldest(
  store: Store,
  log: StoredLog,
  head: Entry<AuditHead>,
  old: readonly Entry<AuditRecord>[],
  now: number,
): Promise<boolean> {
  const last = old.at(-1)?.value;
  if (last === undefined) return false;
  const shorter = { ...head.value, first: { seq: last.seq + 1, previous: hashOf(last) } };
  const vouched = old.flatMap(({ value }) => value.accounts ?? []);
  const events = vouchingEvents(await stillLatest(store, vouched));
  const { writes, next } = log.appending(shorter, events, Math.max(now, head.value.at));
  const removing = old.map((entry) => log.records.removing(entry));
  try {
    await store.commit([...removing, ...writes, log.heads.replacing(head, next)]);
    return true;
  } catch (error) {
    // The writer wrote another event in the meantime, or another process removes the same events.
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Leaves out accounts that have a later version or were removed. One that is older, or cannot be read, stays. */
async function stillLatest(
  store: Store,
  vouched: readonly VouchedAccount[],
): Promise<readonly VouchedAccount[]> {
  const accounts = store.collection('accounts', accountSchema);
  const kept = new Map<string, VouchedAccount>();
  for (const each of vouched) {
    const { username, uid, version, removed } = each;
    if (removed) continue;
    const entry = await accounts.get(username).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return 'unreadable' as const;
    });
    if (entry === 'unreadable' || (entry?.value.uid === uid && entry.version <= BigInt(version)))
      kept.set(`${uid} ${version}`, each);
  }
  return [...kept.values()];
}
