/**
 * Keeps the log small whatever clients do. The first entry of its kind in a minute is written at once; what differs
 * from it only in time is counted, and written as one entry when the minute is over. Above `MOST_KINDS` different ones
 * in a minute, from as many sources, the rest is counted by name alone.
 */
import { repeated } from '../ui/running.ts';

export interface Entry {
  readonly level: 'info' | 'warn' | 'error';
  /** For programs: a name that does not change, and what belongs to it. */
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly words: string;
}

const MINUTE = 60_000;
const MOST_KINDS = 1024;
/** Fields in which repeats may differ; the first entry has shown them. */
const PASSING: ReadonlySet<string> = new Set(['account', 'stack']);

interface Kind {
  readonly entry: Entry;
  count: number;
  since: number;
  until: number;
}

export class Repeats {
  readonly #write: (entry: Entry) => void;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  #minute = 0;

  /** `now` returns unix milliseconds. */
  constructor(write: (entry: Entry) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  add(entry: Entry): void {
    const now = this.#now();
    if (Math.floor(now / MINUTE) !== this.#minute) this.flush();
    const { level, name, words } = entry;
    const fields = Object.fromEntries(Object.entries(entry.fields).filter(([field]) => !PASSING.has(field)));
    const key = JSON.stringify([name, fields]);
    const known = this.#kinds.get(key);
    if (known === undefined && this.#kinds.size < MOST_KINDS) {
      this.#kinds.set(key, { entry: { level, name, fields, words }, count: 0, since: now, until: now });
      this.#write(entry);
    } else {
      count(known ?? this.#others(entry, now), now);
    }
  }

  #others({ level, name }: Entry, now: number): Kind {
    const others = this.#kinds.get(name) ?? {
      entry: { level, name, fields: { source: 'others' }, words: name },
      count: 0,
      since: now,
      until: now,
    };
    this.#kinds.set(name, others);
    return others;
  }

  /** Writes what was counted; to be called once a minute and at the end. */
  flush(): void {
    this.#minute = Math.floor(this.#now() / MINUTE);
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { entry, count, since, until } of kinds) {
      if (count === 0) continue;
      const span = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
      const words = repeated(entry.words, count, (until - since) / 1000);
      this.#write({ ...entry, fields: { ...entry.fields, count, ...span }, words });
    }
  }
}

function count(kind: Kind, now: number): void {
  if (kind.count === 0) kind.since = now;
  kind.count += 1;
  kind.until = now;
}
