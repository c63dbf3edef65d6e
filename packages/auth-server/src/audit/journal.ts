/**
 * Writes the audit log. A writer numbers its events without gaps, so its commits must follow each other. A process therefore
 * has several writers, and each commit takes a free one. A writer knows its own head after a commit, and reads it again only
 * after one that failed: the removal of old events changes heads too.
 */
import { type Entry, isConflict, type Store, type Write } from '@countersign/secure-store';
import type { AuditEvent, AuditHead, Span } from './event.ts';
import { Gathering } from './gathering.ts';
import { StoredLog } from './stored-log.ts';

const MOST_WRITERS = 8;
interface Writer {
  readonly name: string;
  /** `unknown` after a commit that failed. */
  head: Entry<AuditHead> | undefined | 'unknown';
}

/** Options of `Journal`. */
export interface JournalOptions {
  readonly store: Store;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Names the writers. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Called for each event when it is committed, and for each failure at once, before it is gathered. */
  readonly onEvent?: ((event: AuditEvent) => void) | undefined;
}

/** Writes the audit log of a store. */
export class Journal {
  readonly #store: Store;
  readonly #log: StoredLog;
  readonly #clock: () => number;
  readonly #newWriter: () => Writer;
  readonly #onEvent: (event: AuditEvent) => void;
  readonly #free: Writer[] = [];
  readonly #waiting: ((writer: Writer) => void)[] = [];
  readonly #gathering: Gathering;
  #writers = 0;

  constructor(options: JournalOptions) {
    this.#store = options.store;
    this.#log = new StoredLog(options.store);
    this.#clock = options.clock;
    this.#gathering = new Gathering(options.clock());
    this.#onEvent = options.onEvent ?? (() => {});
    this.#newWriter = () => {
      const name = Buffer.from(options.randomBytes(9)).toString('base64url');
      return { name, head: undefined };
    };
  }

  /**
   * Commits writes with their events, durably.
   *
   * @throws {StoreError} conflict if a write no longer fits
   */
  async commit(writes: readonly Write[], events: readonly AuditEvent[]): Promise<void> {
    await this.#commit(writes, events);
    for (const event of events) this.#onEvent(event);
  }

  async #commit(writes: readonly Write[], events: readonly (AuditEvent & Partial<Span>)[]): Promise<void> {
    await this.#withWriter(async (writer) => {
      const commit = async () => {
        const { appended, next } = this.#append(writer, await this.#headOf(writer), events);
        await this.#store.commit([...writes, ...appended]);
        writer.head = next;
      };
      try {
        await commit();
      } catch (error) {
        const conflict = isConflict(error) ? error.write : undefined;
        if (conflict !== undefined && conflict < writes.length) throw error;
        writer.head = 'unknown';
        if (conflict === undefined) throw error;
        // The removal of old events has changed the head.
        await commit();
      }
    });
  }

  /**
   * Adds events to a commit that is made elsewhere, such as a change of the store's keys. `commit` gets a function that
   * returns the writes for its events; it can call it several times before the commit succeeds.
   */
  async commitWith<T>(
    commit: (writesFor: (events: readonly AuditEvent[]) => Promise<readonly Write[]>) => Promise<T>,
  ): Promise<T> {
    let committed: readonly AuditEvent[] = [];
    const result = await this.#withWriter((writer) =>
      commit(async (events) => {
        committed = events;
        writer.head = 'unknown';
        return this.#append(writer, await this.#headOf(writer), events).appended;
      }),
    );
    for (const event of committed) this.#onEvent(event);
    return result;
  }

  /** Counts a failure. Those of one source, kind and minute become one event when the minute is over. */
  gather(event: AuditEvent): void {
    this.#onEvent(event);
    this.#gathering.add(event, this.#clock());
  }

  /** Writes what was gathered. To be called once a minute and at the end. What cannot be written waits for the next call. */
  async flush(): Promise<void> {
    await this.#gathering.flush((events) => this.#commit([], events));
  }

  async #headOf(writer: Writer): Promise<Entry<AuditHead> | undefined> {
    if (writer.head === 'unknown') writer.head = await this.#log.heads.get(writer.name);
    return writer.head;
  }

  /** Returns the writes for events, and the head after them. */
  #append(
    { name: writer }: Writer,
    head: Entry<AuditHead> | undefined,
    events: readonly (AuditEvent & Partial<Span>)[],
  ): { appended: Write[]; next: Entry<AuditHead> } {
    const { heads } = this.#log;
    const at = this.#clock();
    const first = { writer, seq: 0, hash: '', at, first: { seq: 1, previous: '' } };
    const { writes, next: value } = this.#log.appending(head?.value ?? first, events, at);
    const write = head ? heads.replacing(head, value) : heads.inserting(writer, value);
    return { appended: [...writes, write], next: { id: writer, value, version: write.version } };
  }

  /** Runs `work` with a free writer, and waits for one if all are in use. */
  async #withWriter<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    let writer = this.#free.pop();
    if (writer === undefined && this.#writers < MOST_WRITERS) {
      this.#writers += 1;
      writer = this.#newWriter();
    }
    const mine = writer ?? (await new Promise<Writer>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(mine);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(mine);
      else this.#free.push(mine);
    }
  }
}
