/**
 * Reads the events in the order of writing, with only the next few of each writer in memory. The order on the disk is random,
 * so each writer's events are read by number, and the writers merged by time.
 */
import type { AuditHead, AuditRecord } from './event.ts';
import type { StoredLog } from './stored-log.ts';

/** The number of events of a writer that are read at once: first one, then more. */
const MOST_AHEAD = 64;
/** The number of writers that are read at once in the beginning. */
const CHAINS_AT_ONCE = 64;

/** Yields the events up to the heads, without those that are missing or cannot be read. */
export async function* walkAudit(log: StoredLog, heads: Iterable<AuditHead>): AsyncGenerator<AuditRecord> {
  const chains = Array.from(heads, (head) => chainOf(log, head));
  /** By the time of their next event, latest first. */
  const waiting: Next[] = [];
  for (let i = 0; i < chains.length; i += CHAINS_AT_ONCE)
    for (const next of await Promise.all(chains.slice(i, i + CHAINS_AT_ONCE).map(nextOf)))
      if (next) waiting.push(next);
  waiting.sort((a, b) => b.record.at - a.record.at);
  for (let first = waiting.pop(); first; first = waiting.pop()) {
    yield first.record;
    const next = await nextOf(first.chain);
    if (next) waiting.splice(placeOf(waiting, next.record.at), 0, next);
  }
}

interface Next {
  readonly chain: AsyncGenerator<AuditRecord>;
  readonly record: AuditRecord;
}

async function nextOf(chain: AsyncGenerator<AuditRecord>): Promise<Next | undefined> {
  const { done, value } = await chain.next();
  return done ? undefined : { chain, record: value };
}

/** Returns the index for an event of that time: before those of the same time, which are taken first. */
function placeOf(waiting: readonly Next[], at: number): number {
  let [low, high] = [0, waiting.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((waiting[middle]?.record.at ?? 0) > at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Yields one writer's events, oldest first. */
async function* chainOf(
  log: StoredLog,
  { writer, first, seq: last }: AuditHead,
): AsyncGenerator<AuditRecord> {
  let count = 1;
  for (let seq = first.seq; seq <= last; seq += count) {
    if (seq > first.seq) count = Math.min(2 * count, MOST_AHEAD);
    const numbers = Array.from({ length: Math.min(count, last - seq + 1) }, (_, i) => seq + i);
    for (const entry of await Promise.all(numbers.map((number) => log.event(writer, number))))
      if (entry) yield entry.value;
  }
}
