import type { Entry, Store, Unreadable } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { isConflict, isUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, hashOf, recordId, spanOf, type VouchedAccount } from './event.ts';
import { auditCollections } from './journal.ts';
import { Vouching } from './vouching.ts';

/** What `verifyAudit` found wrong. */
export type AuditProblem =
  /** With the writer and the number of the event concerned. */
  | {
      readonly kind: 'gap' | 'changed' | 'cut_off' | 'put_back' | 'no_head';
      readonly writer: string;
      readonly seq: number;
    }
  /** An account that is older than its latest event, or in two versions; or one that is gone without an event. */
  | { readonly kind: 'account_put_back' | 'account_missing'; readonly username: string }
  /** An event, a head or an account that cannot be read; `place` is as `store check` names it. Where an event was, there is a gap. */
  | { readonly kind: 'damaged'; readonly place: string };
type AtEvent = Extract<AuditProblem, { readonly writer: string }>;

export interface AuditReport {
  readonly events: number;
  readonly heads: readonly AuditHead[];
  /** Accounts whose latest event holds the version of their record, and those that no event vouches for, as before their first
   * change by this version of the software. */
  readonly accounts: { readonly vouched: number; readonly unvouched: number };
  readonly problems: readonly AuditProblem[];
}

/**
 * Reads the whole log and checks each writer's numbers and chain of hashes against its head, and the heads
 * against `kept` ones from elsewhere. Only a kept head shows that a tail was cut off together with the head, or
 * that an older disk was put back. Then compares every account with the versions in the events.
 */
export async function verifyAudit(store: Store, kept: readonly AuditHead[] = []): Promise<AuditReport> {
  const { heads, records } = auditCollections(store);
  const damaged: AuditProblem[] = [];
  const onUnreadable = ({ place }: Unreadable) => void damaged.push({ kind: 'damaged', place });
  const headOf = new Map<string, AuditHead>();
  for await (const { value } of heads.entries({ onUnreadable })) headOf.set(value.writer, value);
  const chains = new Map<string, AuditRecord[]>();
  const vouching = new Vouching();
  let events = 0;
  for await (const { value } of records.entries({ onUnreadable })) {
    const head = headOf.get(value.writer);
    // Written after the heads were read, or waiting for retention to finish taking it away.
    if (head && (value.seq > head.seq || value.seq < head.first.seq)) continue;
    const chain = chains.get(value.writer);
    if (chain) chain.push(value);
    else chains.set(value.writer, [value]);
    events += 1;
    if (head) vouching.note(value);
  }
  const accounts = await compareAccounts(store, vouching, headOf, onUnreadable);
  const problems = [
    ...damaged,
    ...accounts.problems,
    ...[...chains.keys()].filter((writer) => !headOf.has(writer)).map((writer) => noHead(writer)),
    ...[...headOf.values()].flatMap((head) => checkChain(head, chains.get(head.writer) ?? [])),
    ...kept.flatMap((old) => checkKept(old, headOf.get(old.writer), chains.get(old.writer) ?? [])),
  ];
  const { vouched, unvouched } = accounts;
  return { events, heads: [...headOf.values()], accounts: { vouched, unvouched }, problems };
}

async function compareAccounts(
  store: Store,
  vouching: Vouching,
  headOf: ReadonlyMap<string, AuditHead>,
  onUnreadable: (unreadable: Unreadable) => void,
) {
  const problems: AuditProblem[] = [];
  const there = new Set<string>();
  const unvouched: { readonly uid: string; readonly version: bigint }[] = [];
  let vouched = 0;
  for await (const { value, version } of store
    .collection('accounts', accountSchema)
    .entries({ onUnreadable })) {
    const { uid, username } = value;
    there.add(uid);
    const verdict = vouching.verdictOn(uid, version);
    if (verdict === 'vouched') vouched += 1;
    else if (verdict === 'unvouched') unvouched.push({ uid, version });
    else problems.push({ kind: 'account_put_back', username });
  }
  const isMissing = ({ uid }: { readonly uid: string }) => !there.has(uid);
  if (unvouched.length > 0 || [...vouching.present()].some(isMissing))
    await noteLater(store, vouching, headOf);
  const late = unvouched.filter(({ uid, version }) => vouching.knows(uid, version)).length;
  for (const missing of vouching.present())
    if (isMissing(missing) && !(await isNew(store, missing)))
      problems.push({ kind: 'account_missing', username: missing.username });
  return { problems, vouched: vouched + late, unvouched: unvouched.length - late };
}

/** Registered while the accounts were read. */
async function isNew(store: Store, { uid, username }: { uid: string; username: string }): Promise<boolean> {
  const entry = await store.collection('accounts', accountSchema).get(username).catch(nothingIfUnreadable);
  return entry?.value.uid === uid;
}

/** Events of changes that servers made while the log and the accounts were read. */
async function noteLater(
  store: Store,
  vouching: Vouching,
  headOf: ReadonlyMap<string, AuditHead>,
): Promise<void> {
  const { heads, records } = auditCollections(store);
  for await (const { value: head } of heads.entries({ onUnreadable: () => {} }))
    for (let seq = (headOf.get(head.writer)?.seq ?? head.first.seq - 1) + 1; seq <= head.seq; seq += 1) {
      const entry = await records.get(recordId(head.writer, seq)).catch(nothingIfUnreadable);
      if (entry) vouching.note(entry.value);
    }
}

function noHead(writer: string): AuditProblem {
  return { kind: 'no_head', writer, seq: 0 };
}

function checkChain(head: AuditHead, records: AuditRecord[]): AuditProblem[] {
  const { writer, first } = head;
  const bySeq = new Map(records.map((record) => [record.seq, record]));
  const problems: AuditProblem[] = [];
  let previous = first.previous;
  let whole = true;
  for (let seq = first.seq; seq <= head.seq; seq++) {
    const record = bySeq.get(seq);
    if (!record) {
      if (whole) problems.push({ kind: 'gap', writer, seq });
      whole = false;
      continue;
    }
    if (whole && record.previous !== previous) problems.push({ kind: 'changed', writer, seq });
    previous = hashOf(record);
    whole = true;
  }
  if (whole && previous !== head.hash) problems.push({ kind: 'changed', writer, seq: head.seq });
  return problems;
}

function checkKept(old: AuditHead, head: AuditHead | undefined, records: AuditRecord[]): AuditProblem[] {
  const problem = (kind: AtEvent['kind']): AuditProblem[] => [{ kind, writer: old.writer, seq: old.seq }];
  if (!head || head.seq < old.seq) return problem('cut_off');
  if (old.seq < head.first.seq) return []; // retention has taken it away since
  const record = records.find(({ seq }) => seq === old.seq);
  if (!record) return old.seq === 0 ? [] : problem('cut_off');
  return hashOf(record) === old.hash ? [] : problem('put_back');
}

/**
 * All events in the order in which they began, for `audit show` and `audit export`. `since` in unix milliseconds: what was
 * over before is left out. `onUnreadable` hears of those that cannot be read, and without it the first of them is a
 * StoreError.
 */
export async function readAudit(
  store: Store,
  { since = 0, onUnreadable }: { since?: number; onUnreadable?: (unreadable: Unreadable) => void } = {},
): Promise<AuditRecord[]> {
  const found: AuditRecord[] = [];
  for await (const { value } of auditCollections(store).records.entries({ onUnreadable }))
    if (spanOf(value).until >= since) found.push(value);
  return found.sort(
    (a, b) => spanOf(a).since - spanOf(b).since || a.writer.localeCompare(b.writer) || a.seq - b.seq,
  );
}

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

function nothingIfUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
  return undefined;
}
