import type { Store, Unreadable } from '@countersign/secure-store';
import { accountSchema } from '../accounts/account.ts';
import { nothingIfUnreadable } from '../store-errors.ts';
import { ChainCheck, type ChainProblem } from './chain-check.ts';
import type { AuditHead } from './event.ts';
import { StoredLog } from './stored-log.ts';
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
  const log = new StoredLog(store);
  const damaged: AuditProblem[] = [];
  const onUnreadable = ({ place }: Unreadable) => void damaged.push({ kind: 'damaged', place });
  const heads = await log.allHeads(onUnreadable);
  const chains = new Map<string, ChainCheck>();
  for (const head of heads.values()) chains.set(head.writer, new ChainCheck(head, kept));
  const vouching = new Vouching();
  let events = 0;
  for await (const record of walkAudit(log, heads.values())) {
    chains.get(record.writer)?.note(record);
    vouching.note(record);
    events += 1;
  }
  const orphans = await countOrphans(log, heads, onUnreadable);
  const accounts = await compareAccounts(store, log, vouching, heads, onUnreadable);
  const problems = [...damaged, ...accounts.problems];
  for (const [writer, count] of orphans) {
    events += count;
    problems.push({ kind: 'no_head', writer, seq: 0 });
  }
  for (const chain of chains.values()) problems.push(...(await withoutPruned(log, chain.end())));
  for (const old of kept) problems.push(...checkKept(old, heads.get(old.writer), chains.get(old.writer)));
  const { vouched, unvouched } = accounts;
  return { events, heads: [...heads.values()], accounts: { vouched, unvouched }, problems };
}

/** Returns the numbers of events of writers without a head, and reports events that cannot be read. */
async function countOrphans(
  log: StoredLog,
  heads: ReadonlyMap<string, AuditHead>,
  onUnreadable: (unreadable: Unreadable) => void,
): Promise<ReadonlyMap<string, number>> {
  const orphans = new Map<string, number>();
  for await (const { value } of log.records.entries({ onUnreadable }))
    if (!heads.has(value.writer)) orphans.set(value.writer, (orphans.get(value.writer) ?? 0) + 1);
  // Some writers began after the heads were read.
  for (const writer of orphans.keys()) if (await log.head(writer)) orphans.delete(writer);
  return orphans;
}

/** Leaves out the gaps that retention has made since the heads were read. */
async function withoutPruned(log: StoredLog, problems: readonly AtEvent[]): Promise<readonly AtEvent[]> {
  const gap = problems.find(({ kind }) => kind === 'gap');
  if (gap === undefined) return problems;
  const first = (await log.head(gap.writer))?.first.seq ?? 0;
  return problems.filter(({ kind, seq }) => kind !== 'gap' || seq >= first);
}

async function compareAccounts(
  store: Store,
  log: StoredLog,
  vouching: Vouching,
  heads: ReadonlyMap<string, AuditHead>,
  onUnreadable: (unreadable: Unreadable) => void,
) {
  const accounts = store.collection('accounts', accountSchema);
  const problems: AuditProblem[] = [];
  const there = new Set<string>();
  const unvouched: { readonly uid: string; readonly version: bigint }[] = [];
  let vouched = 0;
  for await (const { value, version } of accounts.entries({ onUnreadable })) {
    const { uid, username } = value;
    there.add(uid);
    const verdict = vouching.verdictOn(uid, version);
    if (verdict === 'vouched') vouched += 1;
    else if (verdict === 'unvouched') unvouched.push({ uid, version });
    else problems.push({ kind: 'account_put_back', username });
  }
  const missing = () => [...vouching.present()].filter(({ uid }) => !there.has(uid));
  if (unvouched.length > 0 || missing().length > 0) await noteLater(log, vouching, heads);
  const late = unvouched.filter(({ uid, version }) => vouching.knows(uid, version)).length;
  for (const { uid, username } of missing()) {
    // It can have been registered while the accounts were read.
    const entry = await accounts.get(username).catch(nothingIfUnreadable);
    if (entry?.value.uid !== uid) problems.push({ kind: 'account_missing', username });
  }
  return { problems, vouched: vouched + late, unvouched: unvouched.length - late };
}

/** Reads the events of changes that servers made while the log and the accounts were read. */
async function noteLater(
  log: StoredLog,
  vouching: Vouching,
  before: ReadonlyMap<string, AuditHead>,
): Promise<void> {
  for (const { writer, first, seq: last } of (await log.allHeads()).values())
    for (let seq = (before.get(writer)?.seq ?? first.seq - 1) + 1; seq <= last; seq += 1) {
      const entry = await log.event(writer, seq);
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
