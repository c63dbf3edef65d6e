/**
 * Writes the audit log: every event is committed together with the change that it records.
 *
 * A writer numbers its events without gaps, so its commits must follow each other. A process therefore has several writers,
 * and each commit takes a free one. A writer knows its own head after a commit, and reads it again only after a commit that
 * failed: the removal of old events changes heads too.
 */
import { type Collection, type Entry, isConflict, type Store, type Write } from '@countersign/secure-store';
import { Allowance } from './allowance.ts';
import {
  type AuditEvent,
  type AuditHead,
  type AuditKind,
  type AuditRecord,
  auditHeadSchema,
  auditRecordSchema,
  hashOf,
  recordId,
  type Span,
} from './event.ts';

const MOST_WRITERS = 8;
const MINUTE = 60_000;
const EVENTS_A_COMMIT = 64;
/** The number of accounts named in one gathered event; the rest are only counted. */
const MOST_NAMED = 16;
/**
 * The number of failures of strangers that are logged separately, at once and in the long run, and the same again for
 * clients that proved a password: at most 20 MB of log a day. Above that, as in a flood from thousands of addresses, they
 * are gathered by kind alone.
 */
const SEPARATE = { most: 512, perMinute: 8 };
/** A stranger's flood must not hide who knows a password. */
const BEHIND_A_PASSWORD: ReadonlySet<AuditKind> = new Set([
  'login.unfinished',
  'factor.failed',
  'channel.mismatch',
]);
/** The source of failures that are gathered by kind alone. */
const OTHERS = 'others';

/** A writer, and the head of its chain. */
interface Writer {
  readonly name: string;
  /** `unknown` after a commit that failed. */
  head: Entry<AuditHead> | undefined | 'unknown';
}

interface Gathered {
  readonly event: AuditEvent & { kind: AuditKind };
  readonly accounts: Set<string>;
  count: number;
  since: number;
  until: number;
}

/** The two collections of the audit log. */
export function auditCollections(store: Store): {
  records: Collection<AuditRecord>;
  heads: Collection<AuditHead>;
} {
  return {
    records: store.collection('audit', auditRecordSchema),
    heads: store.collection('audit-heads', auditHeadSchema),
  };
}

/** Writes the audit log of a store. */
export class Journal {
  readonly #store: Store;
  readonly #records: Collection<AuditRecord>;
  readonly #heads: Collection<AuditHead>;
  readonly #clock: () => number;
  readonly #newWriter: () => Writer;
  readonly #onEvent: (event: AuditEvent) => void;
  readonly #free: Writer[] = [];
  readonly #waiting: ((writer: Writer) => void)[] = [];
  readonly #gathered = new Map<string, Gathered>();
  readonly #toldApart: { readonly strangers: Allowance; readonly proven: Allowance };
  #writers = 0;

  /**
   * @param options `clock`: Unix milliseconds. `randomBytes`: names the writers. `onEvent`: called for each event when it
   *   is committed, and for each failure at once, before it is gathered
   */
  constructor(options: {
    store: Store;
    clock: () => number;
    randomBytes: (length: number) => Uint8Array;
    onEvent?: ((event: AuditEvent) => void) | undefined;
  }) {
    this.#store = options.store;
    const { records, heads } = auditCollections(options.store);
    this.#records = records;
    this.#heads = heads;
    this.#clock = options.clock;
    const now = options.clock();
    const allowance = () => new Allowance({ ...SEPARATE, now });
    this.#toldApart = { strangers: allowance(), proven: allowance() };
    this.#onEvent = options.onEvent ?? (() => {});
    this.#newWriter = () => {
      const name = Buffer.from(options.randomBytes(9)).toString('base64url');
      return { name, head: undefined };
    };
  }

  /**
   * Commits writes and the events that record them, all or nothing, durably.
   *
   * @throws {StoreError} conflict if one of the writes no longer fits
   */
  async commit(writes: readonly Write[], events: readonly AuditEvent[]): Promise<void> {
    await this.#commit(writes, events);
    for (const event of events) this.#onEvent(event);
  }

  async #commit(writes: readonly Write[], events: readonly (AuditEvent & Partial<Span>)[]): Promise<void> {
    await this.#withWriter(async (writer) => {
      const head = await this.#headOf(writer);
      const { appended, next } = this.#append(writer, head, events);
      try {
        await this.#store.commit([...writes, ...appended]);
        writer.head = next;
      } catch (error) {
        const conflict = isConflict(error) ? error.write : undefined;
        if (conflict !== undefined && conflict < writes.length) throw error;
        writer.head = 'unknown';
        if (conflict === undefined) throw error;
        // The removal of old events has changed the head.
        await this.#store.commit([
          ...writes,
          ...this.#append(writer, await this.#headOf(writer), events).appended,
        ]);
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
    const now = this.#clock();
    const minute = Math.floor(now / MINUTE);
    const { account, ...rest } = event;
    const { kind, detail } = rest;
    const keyOf = ({ source, username }: Pick<AuditEvent, 'source' | 'username'>) =>
      JSON.stringify([minute, kind, source, username, detail]);
    let key = keyOf(rest);
    let told: AuditEvent = rest;
    const allowance = BEHIND_A_PASSWORD.has(kind) ? this.#toldApart.proven : this.#toldApart.strangers;
    if (!this.#gathered.has(key) && !allowance.take(now)) {
      told = { kind, source: OTHERS, detail };
      key = keyOf(told);
    }
    const gathered = this.#gathered.get(key) ?? {
      event: told,
      accounts: new Set(),
      count: 0,
      since: now,
      until: now,
    };
    gathered.count += 1;
    gathered.until = now;
    if (account !== undefined) name(gathered, account);
    this.#gathered.set(key, gathered);
  }

  /** Writes what was gathered. To be called once a minute and at the end. What cannot be written waits for the next call. */
  async flush(): Promise<void> {
    const gathered = [...this.#gathered];
    this.#gathered.clear();
    for (let i = 0; i < gathered.length; i += EVENTS_A_COMMIT) {
      const some = gathered.slice(i, i + EVENTS_A_COMMIT);
      try {
        await this.#commit(
          [],
          some.map(([, { event, accounts, count, since, until }]) => ({
            ...event,
            count,
            since,
            until,
            account: accounts.size > 0 ? [...accounts].join(' ') : undefined,
          })),
        );
      } catch (error) {
        for (const [key, unwritten] of gathered.slice(i)) this.#putBack(key, unwritten);
        throw error;
      }
    }
  }

  #putBack(key: string, unwritten: Gathered): void {
    const later = this.#gathered.get(key);
    unwritten.count += later?.count ?? 0;
    unwritten.until = later?.until ?? unwritten.until;
    for (const account of later?.accounts ?? []) name(unwritten, account);
    this.#gathered.set(key, unwritten);
  }

  async #headOf(writer: Writer): Promise<Entry<AuditHead> | undefined> {
    if (writer.head === 'unknown') writer.head = await this.#heads.get(writer.name);
    return writer.head;
  }

  /** Returns the writes for events, and the head after them. */
  #append(
    { name: writer }: Writer,
    head: Entry<AuditHead> | undefined,
    events: readonly (AuditEvent & Partial<Span>)[],
  ): { appended: Write[]; next: Entry<AuditHead> } {
    const at = this.#clock();
    const writes: Write[] = [];
    let seq = head?.value.seq ?? 0;
    let hash = head?.value.hash ?? '';
    for (const event of events) {
      seq += 1;
      const record: AuditRecord = { ...event, writer, seq, at, previous: hash };
      hash = hashOf(record);
      writes.push(this.#records.inserting(recordId(writer, seq), record));
    }
    const value: AuditHead = { writer, seq, hash, at, first: head?.value.first ?? { seq: 1, previous: '' } };
    const write = head ? this.#heads.replacing(head, value) : this.#heads.inserting(writer, value);
    const next = { id: writer, value, version: write.version };
    return { appended: [...writes, write], next };
  }

  async #withWriter<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    const writer = await this.#takeWriter();
    try {
      return await work(writer);
    } finally {
      this.#giveBack(writer);
    }
  }

  #takeWriter(): Promise<Writer> | Writer {
    const writer = this.#free.pop();
    if (writer !== undefined) return writer;
    if (this.#writers < MOST_WRITERS) {
      this.#writers += 1;
      return this.#newWriter();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(writer: Writer): void {
    const next = this.#waiting.shift();
    if (next) next(writer);
    else this.#free.push(writer);
  }
}

function name({ accounts }: Gathered, account: string): void {
  if (accounts.size < MOST_NAMED) accounts.add(account);
}
