/**
 * Turns, for keys that many look at and somebody wants to change.
 *
 * Row locks are unfair to him: whoever only looks may join those who look already, so that under load one of them is
 * always there (PostgreSQL, README.tuplock). Whoever has waited too long therefore announces the keys he wants, and commits
 * that would look at one of them begin again a little later. An announcement is withdrawn when the waiting is over, and
 * runs out soon when he who made it is gone.
 */
import type { Key } from '../backend.ts';
import type { Call, Connections } from './connections.ts';

/** Milliseconds. */
const TOO_LONG = 250;

/** Batches with more writes are about other things than what many look at. */
const MOST_KEYS = 100;

const ANNOUNCE = {
  name: 'countersign_announce',
  text: `INSERT INTO @.countersign_turns (key, until) VALUES ($1, current_timestamp + INTERVAL '2 seconds')
    ON CONFLICT (key) DO UPDATE SET until = excluded.until`,
};

const WITHDRAW = { name: 'countersign_withdraw', text: 'DELETE FROM @.countersign_turns WHERE key = $1' };

export class Turns {
  readonly #connections: Connections;
  /** What is still to be done about turns that are over. */
  #pending: Promise<unknown> = Promise.resolve();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** Announces `keys` for as long as `waiting` takes, if that is too long. */
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

  /** Never fails: an announcement that is not made or not withdrawn only costs time. */
  async #send(keys: readonly Key[], statement: typeof ANNOUNCE): Promise<void> {
    const calls: Call[] = keys.slice(0, MOST_KEYS).map((key) => ({ statement, values: [key] }));
    await this.#connections.use((session) => session.fly(calls)).catch(() => {});
  }
}
