/** Failures of one source, kind and minute become one event, so that a flood does not fill the audit log. */
import { Allowance } from './allowance.ts';
import type { AuditEvent, AuditKind, Span } from './event.ts';

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
/** A flood of failures by strangers must not hide clients that know a password. */
const BEHIND_A_PASSWORD: ReadonlySet<AuditKind> = new Set([
  'login.unfinished',
  'reset.unfinished',
  'factor.failed',
  'channel.mismatch',
]);
/** The source of failures that are gathered by kind alone. */
const OTHERS = 'others';

interface Gathered {
  readonly event: AuditEvent;
  readonly accounts: Set<string>;
  count: number;
  since: number;
  until: number;
}

/** The failures that are not written yet. */
export class Gathering {
  readonly #gathered = new Map<string, Gathered>();
  readonly #strangers: Allowance;
  readonly #proven: Allowance;

  /** @param now Unix milliseconds */
  constructor(now: number) {
    this.#strangers = new Allowance({ ...SEPARATE, now });
    this.#proven = new Allowance({ ...SEPARATE, now });
  }

  /**
   * Counts a failure.
   *
   * @param now Unix milliseconds
   */
  add({ account, ...rest }: AuditEvent, now: number): void {
    const { kind, detail } = rest;
    const keyOf = ({ source, username }: Pick<AuditEvent, 'source' | 'username'>) =>
      JSON.stringify([Math.floor(now / MINUTE), kind, source, username, detail]);
    let key = keyOf(rest);
    let event: AuditEvent = rest;
    const allowance = BEHIND_A_PASSWORD.has(kind) ? this.#proven : this.#strangers;
    if (!this.#gathered.has(key) && !allowance.take(now)) {
      event = { kind, source: OTHERS, detail };
      key = keyOf(event);
    }
    const some = this.#gathered.get(key) ?? { event, accounts: new Set(), count: 0, since: now, until: now };
    some.count += 1;
    some.until = now;
    if (account !== undefined) name(some, account);
    this.#gathered.set(key, some);
  }

  /** Passes the gathered events to `write`, some at a time. Those that it does not write wait for the next call. */
  async flush(write: (events: readonly (AuditEvent & Span)[]) => Promise<void>): Promise<void> {
    const gathered = [...this.#gathered];
    this.#gathered.clear();
    for (let i = 0; i < gathered.length; i += EVENTS_A_COMMIT) {
      try {
        await write(gathered.slice(i, i + EVENTS_A_COMMIT).map(([, some]) => eventOf(some)));
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
}

function eventOf({ event, accounts, count, since, until }: Gathered): AuditEvent & Span {
  const account = accounts.size > 0 ? [...accounts].join(' ') : undefined;
  return { ...event, count, since, until, account };
}

function name({ accounts }: Gathered, account: string): void {
  if (accounts.size < MOST_NAMED) accounts.add(account);
}
