import type { Collection, Entry, Store, Unreadable, Write } from '@countersign/secure-store';
import { nothingIfUnreadable } from '../store-errors.ts';
import {
  type AuditEvent,
  type AuditHead,
  type AuditRecord,
  auditHeadSchema,
  auditRecordSchema,
  hashOf,
  recordId,
  type Span,
} from './event.ts';

/** The log as it is stored: the events of each writer by number, and the heads of the writers' chains. */
export class StoredLog {
  readonly records: Collection<AuditRecord>;
  readonly heads: Collection<AuditHead>;

  constructor(store: Store) {
    this.records = store.collection('audit', auditRecordSchema);
    this.heads = store.collection('audit-heads', auditHeadSchema);
  }

  /** Returns an event; `undefined` if it is missing or cannot be read. */
  async event(writer: string, seq: number): Promise<Entry<AuditRecord> | undefined> {
    const entry = await this.records.get(recordId(writer, seq)).catch(nothingIfUnreadable);
    // A record with another id was put there by someone with the keys. It counts as missing.
    return entry?.value.writer === writer && entry.value.seq === seq ? entry : undefined;
  }

  /** Returns the head of a writer; `undefined` if it is missing or cannot be read. */
  async head(writer: string): Promise<AuditHead | undefined> {
    return (await this.heads.get(writer).catch(nothingIfUnreadable))?.value;
  }

  /** Returns all heads by their writers. */
  async allHeads(onUnreadable: (unreadable: Unreadable) => void = () => {}): Promise<Map<string, AuditHead>> {
    const heads = new Map<string, AuditHead>();
    for await (const { value } of this.heads.entries({ onUnreadable })) heads.set(value.writer, value);
    return heads;
  }

  /**
   * Returns the writes for the next events of a chain, and its head after them.
   *
   * @param at Unix milliseconds
   */
  appending(
    head: AuditHead,
    events: readonly (AuditEvent & Partial<Span>)[],
    at: number,
  ): { writes: Write[]; next: AuditHead } {
    let next = head;
    const writes = events.map((event) => {
      const seq = next.seq + 1;
      const record = { ...event, writer: head.writer, seq, at, previous: next.hash };
      next = { ...next, seq, hash: hashOf(record), at };
      return this.records.inserting(recordId(head.writer, seq), record);
    });
    return { writes, next };
  }
}
