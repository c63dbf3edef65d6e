/**
 * Reads the events in the order of writing. However long the log is, only the next few of each writer are in memory.
 *
 * The order of records on the disk is random, so each writer's events are read by number, and the writers merged by time.
 */
import type { Collection, Store } from '@countersign/secure-store';
import { nothingIfUnreadable } from '../store-errors.ts';
import { type AuditHead, type AuditRecord, recordId } from './event.ts';
import { auditCollections } from './journal.ts';

/** The number of events of a writer that are read at once: first one, then more. */
const MOST_AHEAD = 64;
/** The number of writers that are read at once in the beginning. */
const CHAINS_AT_ONCE = 64;

/** Yields the events up to the heads, without those that are missing or cannot be read. */
export async function* walkAudit(store: Store, heads: readonly AuditHead[]): AsyncGenerator<AuditRecord> {
  const { records } = auditCollections(store);
  const chains = heads.map((head) => new Chain(records, head));
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
  readonly chain: Chain;
  readonly record: AuditRecord;
}

async function nextOf(chain: Chain): Promise<Next | undefined> {
  const record = await chain.take();
  return record && { chain, record };
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

function isAt(record: AuditRecord, writer: string, seq: number | undefined): boolean {
  return record.writer === writer && record.seq === seq;
}

/** One writer's events, oldest first. */
class Chain {
  readonly #records: Collection<AuditRecord>;
  readonly #head: AuditHead;
  #seq: number;
  #size = 1;
  #ahead: AuditRecord[] = [];

  constructor(records: Collection<AuditRecord>, head: AuditHead) {
    this.#records = records;
    this.#head = head;
    this.#seq = head.first.seq;
  }

  async take(): Promise<AuditRecord | undefined> {
    while (this.#ahead.length === 0 && this.#seq <= this.#head.seq) await this.#read();
    return this.#ahead.pop();
  }

  async #read(): Promise<void> {
    const { writer, seq: last } = this.#head;
    const count = Math.min(this.#size, last - this.#seq + 1);
    const numbers = Array.from({ length: count }, (_, i) => this.#seq + i);
    const found = await Promise.all(
      numbers.map((seq) => this.#records.get(recordId(writer, seq)).catch(nothingIfUnreadable)),
    );
    // A record with another id was put there by someone with the keys. It counts as missing.
    this.#ahead = found
      .flatMap((entry, i) => (entry && isAt(entry.value, writer, numbers[i]) ? [entry.value] : []))
      .reverse();
    this.#seq += count;
    this.#size = Math.min(2 * this.#size, MOST_AHEAD);
  }
}
