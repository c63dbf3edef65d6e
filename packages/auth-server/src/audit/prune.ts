/** Retention: the oldest events are removed, and the versions of accounts in them are recorded again. */
import { type Entry, isConflict, type Store } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { isUnreadable, nothingIfUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, hashOf, recordId, type VouchedAccount } from './event.ts';
import { auditCollections } from './journal.ts';

/** The number of events removed in one commit. */
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
  const { heads } = auditCollections(store);
  let removed = 0;
  for await (const found of heads.entries({ onUnreadable: () => {} })) {
    let head: Entry<AuditHead> | undefined = found;
    while (head && !signal?.aborted) {
      const pruned = await pruneOnce(store, head, before, now);
      if (pruned === 'nothing left') break;
      removed += pruned;
      head = await heads.get(head.value.writer);
    }
  }
  return removed;
}

async function pruneOnce(
  store: Store,
  head: Entry<AuditHead>,
  before: number,
  now: number,
): Promise<number | 'nothing left'> {
  const { heads, records } = auditCollections(store);
  const { writer, seq, first } = head.value;
  const old: Entry<AuditRecord>[] = [];
  while (old.length < PRUNED_AT_ONCE && first.seq + old.length <= seq) {
    const entry = await records.get(recordId(writer, first.seq + old.length)).catch(nothingIfUnreadable);
    if (!entry || entry.value.at >= before) break;
    old.push(entry);
  }
  const last = old.at(-1);
  if (last === undefined) return 'nothing left';
  const next = {
    ...head.value,
    first: { seq: first.seq + old.length, previous: hashOf(last.value) },
  };
  const writes = old.map((entry) => records.removing(entry));
  const accounts = await stillLatest(
    store,
    old.flatMap(({ value }) => value.accounts ?? []),
  );
  for (let i = 0; i < accounts.length; i += ACCOUNTS_AN_EVENT) {
    const some = accounts.slice(i, i + ACCOUNTS_AN_EVENT);
    next.seq += 1;
    const at = Math.max(now, next.at);
    const record: AuditRecord = {
      kind: 'audit.vouched',
      writer,
      seq: next.seq,
      at,
      accounts: some,
      previous: next.hash,
    };
    next.hash = hashOf(record);
    next.at = at;
    writes.push(records.inserting(recordId(writer, next.seq), record));
  }
  try {
    await store.commit([...writes, heads.replacing(head, next)]);
    return old.length;
  } catch (error) {
    // The writer wrote another event in the meantime, or another process removes the same events.
    if (isConflict(error)) return 0;
    throw error;
  }
}

const ACCOUNTS_AN_EVENT = 256;

/** Leaves out accounts that have a later version or were removed. One that is older, or cannot be read, stays. */
async function stillLatest(
  store: Store,
  said: readonly VouchedAccount[],
): Promise<readonly VouchedAccount[]> {
  const accounts = store.collection('accounts', accountSchema);
  const kept = new Map<string, VouchedAccount>();
  for (const each of said) {
    const { username, uid, version, removed } = each;
    if (removed) continue;
    const entry = await accounts.get(username).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return 'unreadable' as const;
    });
    const isLatest =
      entry === 'unreadable' ||
      (entry !== undefined && entry.value.uid === uid && entry.version <= BigInt(version));
    if (isLatest) kept.set(`${uid} ${version}`, each);
  }
  return [...kept.values()];
}
