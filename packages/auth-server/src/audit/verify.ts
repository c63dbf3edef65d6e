import type { Entry, Store, Unreadable } from '@countersign/secure-store';
import { isConflict, isUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, hashOf, recordId, spanOf } from './event.ts';
import { auditCollections } from './journal.ts';

/** What `verifyAudit` found wrong. */
export type AuditProblem =
  /** With the writer and the number of the event concerned. */
  | {
      readonly kind: 'gap' | 'changed' | 'cut_off' | 'put_back' | 'no_head';
      readonly writer: string;
      readonly seq: number;
    }
  /** An event or a head that cannot be read; `place` is as `store check` names it. Where an event was, there is a gap. */
  | { readonly kind: 'damaged'; readonly place: string };
type AtEvent = Exclude<AuditProblem, { readonly kind: 'damaged' }>;

export interface AuditReport {
  readonly events: number;
  readonly heads: readonly AuditHead[];
  readonly problems: readonly AuditProblem[];
}

/**
 * Reads the whole log and checks each writer's numbers and chain of hashes against its head, and the heads
 * against `kept` ones from elsewhere. Only a kept head shows that a tail was cut off together with the head, or
 * that an older disk was put back.
 */
export async function verifyAudit(store: Store, kept: readonly AuditHead[] = []): Promise<AuditReport> {
  const { heads, records } = auditCollections(store);
  const damaged: AuditProblem[] = [];
  const onUnreadable = ({ place }: Unreadable) => void damaged.push({ kind: 'damaged', place });
  const headOf = new Map<string, AuditHead>();
  for await (const { value } of heads.entries({ onUnreadable })) headOf.set(value.writer, value);
  const chains = new Map<string, AuditRecord[]>();
  let events = 0;
  for await (const { value } of records.entries({ onUnreadable })) {
    const head = headOf.get(value.writer);
    // Written after the heads were read, or waiting for retention to finish taking it away.
    if (head && (value.seq > head.seq || value.seq < head.first.seq)) continue;
    const chain = chains.get(value.writer);
    if (chain) chain.push(value);
    else chains.set(value.writer, [value]);
    events += 1;
  }
  const problems = [
    ...damaged,
    ...[...chains.keys()].filter((writer) => !headOf.has(writer)).map((writer) => noHead(writer)),
    ...[...headOf.values()].flatMap((head) => checkChain(head, chains.get(head.writer) ?? [])),
    ...kept.flatMap((old) => checkKept(old, headOf.get(old.writer), chains.get(old.writer) ?? [])),
  ];
  return { events, heads: [...headOf.values()], problems };
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

/**
 * Retention: takes away the events before `before` (unix milliseconds), oldest first, until the signal says stop; gives
 * their number. An event that cannot be read stays, and so do the later ones of its writer: they show where it was.
 */
export async function pruneAudit(store: Store, before: number, signal?: AbortSignal): Promise<number> {
  const { heads, records } = auditCollections(store);
  let removed = 0;
  for await (const found of heads.entries({ onUnreadable: () => {} })) {
    let head: Entry<AuditHead> | undefined = found;
    while (head && head.value.first.seq <= head.value.seq && !signal?.aborted) {
      const { writer, first } = head.value;
      const oldest: Entry<AuditRecord> | undefined = await records
        .get(recordId(writer, first.seq))
        .catch(nothingIfUnreadable);
      if (!oldest || oldest.value.at >= before) break;
      const next = { seq: first.seq + 1, previous: hashOf(oldest.value) };
      const writes = [records.removing(oldest), heads.replacing(head, { ...head.value, first: next })];
      // The writer went on meanwhile, or another process takes the same events away.
      const taken = await store.commit(writes).then(
        () => 1,
        (error: unknown) => {
          if (isConflict(error)) return 0;
          throw error;
        },
      );
      removed += taken;
      head = await heads.get(writer);
    }
  }
  return removed;
}

function nothingIfUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
  return undefined;
}
