import type { Store, Unreadable } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { nothingIfUnreadable } from '../store-errors.ts';
import { ChainCheck, type ChainProblem } from './chain-check.ts';
import { type AuditHead, recordId } from './event.ts';
import { auditCollections } from './journal.ts';
import { Vouching } from './vouching.ts';
import { walkAudit } from './walk.ts';

/** What `verifyAudit` found wrong. */
export type AuditProblem =
  /** With the writer and the number of the event concerned. */
  | AtEvent
  /** An account that is older than its latest event, or has two versions; or one that is missing without an event. */
  | { readonly kind: 'account_put_back' | 'account_missing'; readonly username: string }
  /** An event, a head or an account that cannot be read; `place` as in `store check`. A missing event is a gap as well. */
  | { readonly kind: 'damaged'; readonly place: string };
interface AtEvent {
  readonly kind: ChainProblem['kind'] | 'cut_off' | 'put_back' | 'no_head';
  readonly writer: string;
  readonly seq: number;
}

/** What `verifyAudit` returns. */
export interface AuditReport {
  readonly events: number;
  readonly heads: readonly AuditHead[];
  /** The number of accounts whose latest event contains the version of their record, and of those without such an event. */
  readonly accounts: { readonly vouched: number; readonly unvouched: number };
  readonly problems: readonly AuditProblem[];
}

/**
 * Reads the whole log, checks each writer's numbers and chain of hashes against its head, and the heads against `kept` ones
 * from elsewhere. Only a kept head shows that a tail was cut off together with its head, or that an older disk was put
 * back. Then compares every account with the versions in the events.
 *
 * 1. The events are read once in the order of writing, and once more in the order on the disk, which shows those without a
 *    head and those that cannot be read.
 * 2. Memory grows with the numbers of writers and accounts, not of events.
 */
export async function verifyAudit(store: Store, kept: readonly AuditHead[] = []): Promise<AuditReport> {
  const { heads } = auditCollections(store);
  const damaged: AuditProblem[] = [];
  const onUnreadable = ({ place }: Unreadable) => void damaged.push({ kind: 'damaged', place });
  const headOf = new Map<string, AuditHead>();
  for await (const { value } of heads.entries({ onUnreadable })) headOf.set(value.writer, value);
  const chains = new Map<string, ChainCheck>();
  for (const head of headOf.values()) chains.set(head.writer, new ChainCheck(head, kept));
  const vouching = new Vouching();
  let events = 0;
  for await (const record of walkAudit(store, [...headOf.values()])) {
    chains.get(record.writer)?.note(record);
    vouching.note(record);
    events += 1;
  }
  const orphans = await findOrphans(store, headOf, onUnreadable);
  const accounts = await compareAccounts(store, vouching, headOf, onUnreadable);
  const problems = [...damaged, ...accounts.problems, ...orphans.problems];
  for (const chain of chains.values()) problems.push(...(await withoutPruned(store, chain.end())));
  for (const old of kept) problems.push(...checkKept(old, headOf.get(old.writer), chains.get(old.writer)));
  const { vouched, unvouched } = accounts;
  return {
    events: events + orphans.events,
    heads: [...headOf.values()],
    accounts: { vouched, unvouched },
    problems,
  };
}

/** Returns the events of writers without a head, and reports those that cannot be read. */
async function findOrphans(
  store: Store,
  headOf: ReadonlyMap<string, AuditHead>,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<{ events: number; problems: AuditProblem[] }> {
  const { heads, records } = auditCollections(store);
  const orphans = new Map<string, number>();
  for await (const { value } of records.entries({ onUnreadable }))
    if (!headOf.has(value.writer)) orphans.set(value.writer, (orphans.get(value.writer) ?? 0) + 1);
  let events = 0;
  const problems: AuditProblem[] = [];
  for (const [writer, count] of orphans) {
    // A writer that began after the heads were read.
    if (await heads.get(writer).catch(nothingIfUnreadable)) continue;
    events += count;
    problems.push({ kind: 'no_head', writer, seq: 0 });
  }
  return { events, problems };
}

/** Leaves out the gaps that retention has made since the heads were read. */
async function withoutPruned(store: Store, problems: readonly AtEvent[]): Promise<readonly AtEvent[]> {
  const gap = problems.find(({ kind }) => kind === 'gap');
  if (gap === undefined) return problems;
  const entry = await auditCollections(store).heads.get(gap.writer).catch(nothingIfUnreadable);
  const first = entry?.value.first.seq ?? 0;
  return problems.filter(({ kind, seq }) => kind !== 'gap' || seq >= first);
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

/** Returns whether an account was registered while the accounts were read. */
async function isNew(store: Store, { uid, username }: { uid: string; username: string }): Promise<boolean> {
  const entry = await store.collection('accounts', accountSchema).get(username).catch(nothingIfUnreadable);
  return entry?.value.uid === uid;
}

/** Reads the events of changes that servers made while the log and the accounts were read. */
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

function checkKept(
  old: AuditHead,
  head: AuditHead | undefined,
  chain: ChainCheck | undefined,
): readonly AtEvent[] {
  const problem = (kind: AtEvent['kind']): AtEvent[] => [{ kind, writer: old.writer, seq: old.seq }];
  if (!head || head.seq < old.seq) return problem('cut_off');
  if (old.seq < head.first.seq) return []; // retention has removed it since
  const hash = chain?.hashAt(old.seq);
  if (hash === undefined) return old.seq === 0 ? [] : problem('cut_off');
  return hash === old.hash ? [] : problem('put_back');
}
