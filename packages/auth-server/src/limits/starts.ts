/**
 * Limits on requests that only cost the server work: started logins, and names requested with one invitation. Each process
 * counts in its own memory. There are at most 65,536 counters, and a new one replaces the oldest: a lost counter never
 * blocks anyone.
 */
import type { Hold } from './attempt.ts';
import type { LimitName, Limits } from './limits.ts';
import { DAY } from './tally.ts';

const MOST = 65_536;
const MINUTE = 60;

interface Counter {
  readonly since: number;
  count: number;
}

interface Budget {
  readonly most: number;
  readonly seconds: number;
  readonly limit: LimitName;
}

/** Counts started logins in memory. */
export class Starts {
  /** In the order of creation. */
  readonly #counters = new Map<string, Counter>();
  readonly #limits: Limits;
  readonly #clock: () => number;
  readonly #most: number;

  /** @param options `clock`: Unix milliseconds. `most`: for tests */
  constructor({ limits, clock, most = MOST }: { limits: Limits; clock: () => number; most?: number }) {
    this.#limits = limits;
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one `login.start` or `invite.start` of a source, or of a known device, unless there were too many. */
  countStart(by: string): Hold | undefined {
    const { startsPerMinute: most } = this.#limits.source;
    return this.#count(`start/${by}`, { most, seconds: MINUTE, limit: 'source.startsPerMinute' });
  }

  /** Counts one `register.start` with an invitation, which reveals whether a name is taken. */
  countInvited(invitation: string): Hold | undefined {
    const { registrationsPerDay: most } = this.#limits.source;
    return this.#count(`invitation/${invitation}`, {
      most,
      seconds: DAY,
      limit: 'source.registrationsPerDay',
    });
  }

  #count(key: string, { most, seconds, limit }: Budget): Hold | undefined {
    const now = Math.floor(this.#clock() / 1000);
    const before = this.#counters.get(key);
    if (!before || Math.abs(now - before.since) >= seconds) {
      this.#begin(key, { since: now, count: 1 });
      return undefined;
    }
    if (before.count >= most) return { seconds: Math.max(1, before.since + seconds - now), limit };
    before.count += 1;
    return undefined;
  }

  #begin(key: string, counter: Counter): void {
    this.#counters.delete(key);
    if (this.#counters.size >= this.#most) {
      for (const oldest of this.#counters.keys()) {
        this.#counters.delete(oldest);
        break;
      }
    }
    this.#counters.set(key, counter);
  }
}
