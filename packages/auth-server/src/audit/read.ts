/** Reading the log, for `audit show` and `audit export`. */
import type { Store, Unreadable } from '@countersign/secure-store';
import { type AuditRecord, spanOf } from './event.ts';
import { StoredLog } from './stored-log.ts';
import { walkAudit } from './walk.ts';

/** Which events to read. */
export interface ReadOptions {
  /** Unix milliseconds: earlier events are left out. */
  readonly since?: number | undefined;
  /** Only events of this account. */
  readonly username?: string | undefined;
  /** Called for each unreadable event; without it the first one ends the reading with an error. */
  readonly onUnreadable?: ((unreadable: Unreadable) => void) | undefined;
}

/**
 * Returns the last events in the order of their beginning: at most `last` of them, with at most twice as many in memory.
 */
export async function readAudit(
  store: Store,
  { last = Number.POSITIVE_INFINITY, ...options }: ReadOptions & { readonly last?: number } = {},
): Promise<AuditRecord[]> {
  let found: AuditRecord[] = [];
  const latest = () => found.sort(byBeginning).slice(-last);
  const { onUnreadable } = options;
  for await (const { value } of new StoredLog(store).records.entries({ onUnreadable })) {
    if (!isWanted(value, options)) continue;
    found.push(value);
    if (found.length >= 2 * last) found = latest();
  }
  return latest();
}

function byBeginning(a: AuditRecord, b: AuditRecord): number {
  return spanOf(a).since - spanOf(b).since || a.writer.localeCompare(b.writer) || a.seq - b.seq;
}

/** Yields every event in the order of writing; at the end, those of writers without a readable head. */
export async function* exportAudit(store: Store, options: ReadOptions = {}): AsyncGenerator<AuditRecord> {
  const log = new StoredLog(store);
  const heads = await log.allHeads();
  for await (const record of walkAudit(log, heads.values())) if (isWanted(record, options)) yield record;
  for await (const { value } of log.records.entries({ onUnreadable: options.onUnreadable }))
    if (!heads.has(value.writer) && isWanted(value, options)) yield value;
}

function isWanted(record: AuditRecord, { since = 0, username }: ReadOptions): boolean {
  return spanOf(record).until >= since && (username === undefined || record.username === username);
}
