/** Retention: the oldest events are removed, and what they said about accounts is written down again. */
import { type Entry, isConflict, type Store } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { isUnreadable, nothingIfUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, hashOf, recordId, type VouchedAccount } from './event.ts';
import { auditCollections } from './journal.ts';

/** So many events are taken away in one commit. */
const PRUNED_AT_ONCE = 64;

/**
 * Retention: removes the events before `before`, oldest first, until the signal stops it. An event that cannot be read stays, and so do
 * the later ones of its writer: they show where it was.
 *
 * The latest event of an account goes on vouching for it: what it says of the account is written at the end of the log in
 * an `audit.vouched`, in the same commit, so that heads saved from then on vouch for it too.
 *
 * @param before Unix milliseconds, as is `now`
 * @returns how many events were removed
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
    // The writer went on meanwhile, or another process takes the same events away.
    if (isConflict(error)) return 0;
    throw error;
  }
}

const ACCOUNTS_AN_EVENT = 256;

/** Without those that have a later version by now, or are gone. One that is older than said, or cannot be read, is not given up. */
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
