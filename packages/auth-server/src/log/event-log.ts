/**
 * Server events as entries of a log that stays small whatever clients do. The first entry of a kind in a minute is written at
 * once. Repeats, which differ only in time, become one entry when the minute is over. Above `MOST_KINDS` different entries in
 * a minute, the rest is counted by name alone. Entries hold no secrets and no names of unknown users, like events.
 */
import type { ServerEvent } from '../listener/options.ts';

/** One entry of the log. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** A name for programs, such as `login.failed` or `refused`. */
  readonly name: string;
  /** Details for programs. Repeats have `count`, `since` and `until`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The event, or the first of those that were counted; `undefined` for events that were counted by name alone. */
  readonly event?: ServerEvent | undefined;
  /** How many more of these events there were, and the seconds from the first to the last of them. */
  readonly repeats?: { readonly count: number; readonly seconds: number } | undefined;
}

const MINUTE = 60_000;
const MOST_KINDS = 1024;
/** Fields that repeats may differ in. The first entry has shown them. */
const PASSING: ReadonlySet<string> = new Set(['account', 'stack']);

interface Kind {
  readonly entry: LogEntry;
  count: number;
  since: number;
  until: number;
}

/** Turns events into entries and counts repeats. */
export class EventLog {
  readonly #write: (entry: LogEntry) => void;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  readonly #timer: NodeJS.Timeout;
  #minute = 0;

  /** @param now returns Unix milliseconds */
  constructor(write: (entry: LogEntry) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
    this.#timer = setInterval(() => this.#flush(), MINUTE).unref();
  }

  /** Logs an event. What every honest client does is not logged. */
  add(event: ServerEvent): void {
    const now = this.#now();
    if (Math.floor(now / MINUTE) !== this.#minute) this.#flush();
    const entry = entryFor(event);
    if (entry === undefined) return;
    const fields = Object.fromEntries(Object.entries(entry.fields).filter(([field]) => !PASSING.has(field)));
    const key = JSON.stringify([entry.name, fields]);
    const known = this.#kinds.get(key);
    if (known === undefined && this.#kinds.size < MOST_KINDS) {
      this.#kinds.set(key, { entry: { ...entry, fields }, count: 0, since: now, until: now });
      this.#write(entry);
      return;
    }
    const kind = known ?? this.#others(entry, now);
    if (kind.count === 0) kind.since = now;
    kind.count += 1;
    kind.until = now;
  }

  /** Writes the repeats that were counted. Call it when the server has ended. */
  close(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #others({ level, name }: LogEntry, now: number): Kind {
    const entry = { level, name, fields: { source: 'others' } };
    const others = this.#kinds.get(name) ?? { entry, count: 0, since: now, until: now };
    this.#kinds.set(name, others);
    return others;
  }

  #flush(): void {
    this.#minute = Math.floor(this.#now() / MINUTE);
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { entry, count, since, until } of kinds) {
      if (count === 0) continue;
      const span = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
      const repeats = { count, seconds: (until - since) / 1000 };
      this.#write({ ...entry, fields: { ...entry.fields, count, ...span }, repeats });
    }
  }
}

function entryFor(event: ServerEvent): LogEntry | undefined {
  const entry = (level: LogEntry['level'], name: string, fields: LogEntry['fields']): LogEntry => {
    return { level, name, fields, event, repeats: undefined };
  };
  switch (event.kind) {
    case 'audited': {
      const { kind, ...fields } = event.event;
      return entry(levelOf(kind), kind, fields);
    }
    case 'failure':
      return entry('error', 'failure', failureFields(event.error));
    case 'refused':
      return entry('info', 'refused', { source: event.source, because: event.because });
    case 'disconnected':
      if (event.because !== 'protocol' && event.because !== 'busy') return undefined;
      return entry('info', 'disconnected', { source: event.source, because: event.because });
    case 'connected':
    case 'login.succeeded': // logged by its audit event
      return undefined;
  }
}

const WARNINGS: ReadonlySet<string> = new Set(['login.unfinished', 'server.key_changed']);

function levelOf(kind: string): LogEntry['level'] {
  if (kind === 'channel.mismatch') return 'error';
  return kind.endsWith('.failed') || WARNINGS.has(kind) ? 'warn' : 'info';
}

function failureFields(error: unknown): LogEntry['fields'] {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  return { error: error.name, ...code, detail: error.message, stack: error.stack };
}
