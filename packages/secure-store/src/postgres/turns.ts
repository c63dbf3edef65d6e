/**
 * Turns, for keys that many commits read and one wants to change.
 *
 * Row locks are unfair to writers: new readers can join existing ones, so under load there is always a reader
 * (PostgreSQL, README.tuplock). A commit that has waited too long therefore announces the keys that it wants,
 * and commits that would read one of them restart a little later. The announcement is withdrawn when the wait
 * is over. If the process dies, it expires soon.
 */
import type { Key } from '../backend.ts';
import type { Call, Connections } from './connections.ts';

/** Milliseconds. */
const TOO_LONG = 250;

/** Batches with more writes do not change the keys that many commits read. */
const MOST_KEYS = 100;

const ANNOUNCE = {
  name: 'countersign_announce',
  text: `INSERT INTO @.countersign_turns (key, until) VALUES ($1, current_timestamp + INTERVAL '2 seconds')
    ON CONFLICT (key) DO UPDATE SET until = excluded.until`,
};

const WITHDRAW = { name: 'countersign_withdraw', text: 'DELETE FROM @.countersign_turns WHERE key = $1' };

/** Announces the keys of commits that wait too long. */
export class Turns {
  readonly #connections: Connections;
  /** Withdrawals that are still in progress. */
  #pending: Promise<unknown> = Promise.resolve();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Waits for `waiting`, and announces `keys` if that takes too long. */
  async wait<T>(keys: readonly Key[], waiting: Promise<T>): Promise<T> {
    let announced: Promise<unknown> | undefined;
    const timer = setInterval(() => {
      announced = this.#send(keys, ANNOUNCE);
    }, TOO_LONG);
    try {
      return await waiting;
    } finally {
      clearInterval(timer);
      if (announced !== undefined) {
        const withdrawn = announced.then(() => this.#send(keys, WITHDRAW));
        this.#pending = Promise.all([this.#pending, withdrawn]);
      }
    }
  }

  async end(): Promise<void> {
    await this.#pending;
  }

  /** Never rejects: an announcement that is missing or not withdrawn only costs time. */
  async #send(keys: readonly Key[], statement: typeof ANNOUNCE): Promise<void> {
    const calls: Call[] = keys.slice(0, MOST_KEYS).map((key) => ({ ...statement, values: [key] }));
    await this.#connections.use((session) => session.fly(calls)).catch(() => {});
  }
}
