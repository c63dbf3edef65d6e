/**
 * Writes the audit log: every event is committed together with the change it tells of.
 *
 * A writer numbers its events without gaps, so its commits must follow each other; a process therefore keeps a
 * few writers, and each commit takes one that is free. A commit that fails leaves its writer where it was.
 */
import type { Collection, Store, Write } from '@countersign/secure-store';
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
/** So many different accounts are named in one gathered event; the rest are only counted. */
const MOST_NAMED = 16;
/**
 * So many different failures of strangers, and as many of those who had proven a password, are told apart, at once and in the long
 * run: some 20 MB of log a day at most. Above that, as in a flood from thousands of addresses, they are gathered by what failed alone.
 */
const TOLD_APART = { most: 512, perMinute: 8 };
/** A stranger's flood must not hide who knows a password. */
const BEHIND_A_PASSWORD: ReadonlySet<AuditKind> = new Set(['login.unfinished', 'factor.failed']);
/** Stands for the sources of those. */
const OTHERS = 'others';

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

export class Journal {
  readonly #store: Store;
  readonly #records: Collection<AuditRecord>;
  readonly #heads: Collection<AuditHead>;
  readonly #clock: () => number;
  readonly #newWriter: () => string;
  readonly #onEvent: (event: AuditEvent) => void;
  readonly #free: string[] = [];
  readonly #waiting: ((writer: string) => void)[] = [];
  readonly #gathered = new Map<string, Gathered>();
  readonly #toldApart: { readonly strangers: Allowance; readonly proven: Allowance };
  #writers = 0;

  /**
   * `clock` gives unix milliseconds; `randomBytes` names the writers; `onEvent` hears of each event when it is
   * committed, and of a failure at once, before it is gathered.
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
    const allowance = () => new Allowance({ ...TOLD_APART, now });
    this.#toldApart = { strangers: allowance(), proven: allowance() };
    this.#onEvent = options.onEvent ?? (() => {});
    this.#newWriter = () => Buffer.from(options.randomBytes(9)).toString('base64url');
  }

  /**
   * Commits `writes` and the events that tell of them, all or nothing, durably.
   * @throws StoreError `conflict` when one of the writes no longer fits; then nothing is written.
   */
  async commit(writes: readonly Write[], events: readonly AuditEvent[]): Promise<void> {
    await this.#commit(writes, events);
    for (const event of events) this.#onEvent(event);
  }

  async #commit(writes: readonly Write[], events: readonly (AuditEvent & Partial<Span>)[]): Promise<void> {
    const writer = await this.#takeWriter();
    try {
      await this.#store.commit([...writes, ...(await this.#append(writer, events))]);
    } finally {
      this.#giveBack(writer);
    }
  }

  /**
   * Events in a commit that is made elsewhere, as with a change of the store's keys: `commit` takes the writes for them from the
   * function it gets, which may be asked several times before the commit succeeds.
   */
  async commitWith<T>(
    commit: (writesFor: (events: readonly AuditEvent[]) => Promise<readonly Write[]>) => Promise<T>,
  ): Promise<T> {
    const writer = await this.#takeWriter();
    let committed: readonly AuditEvent[] = [];
    let result: T;
    try {
      result = await commit((events) => {
        committed = events;
        return this.#append(writer, events);
      });
    } finally {
      this.#giveBack(writer);
    }
    for (const event of committed) this.#onEvent(event);
    return result;
  }

  /** Counts a failure; those of one source, kind and minute become one event when the minute is over. */
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
      told = { kind, source: OTHERS, ...(detail === undefined ? {} : { detail }) };
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

  /** Writes what was gathered. To be called once a minute and at the end. What cannot be written waits for the next. */
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
            ...(accounts.size > 0 ? { account: [...accounts].join(' ') } : {}),
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

  async #append(writer: string, events: readonly (AuditEvent & Partial<Span>)[]): Promise<Write[]> {
    const head = await this.#heads.get(writer);
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
    writes.push(head ? this.#heads.replacing(head, value) : this.#heads.inserting(writer, value));
    return writes;
  }

  #takeWriter(): Promise<string> | string {
    const writer = this.#free.pop();
    if (writer !== undefined) return writer;
    if (this.#writers < MOST_WRITERS) {
      this.#writers += 1;
      return this.#newWriter();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(writer: string): void {
    const next = this.#waiting.shift();
    if (next) next(writer);
    else this.#free.push(writer);
  }
}

function name({ accounts }: Gathered, account: string): void {
  if (accounts.size < MOST_NAMED) accounts.add(account);
}
