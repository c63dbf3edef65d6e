import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after so many milliseconds, or when the signal is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/** Milliseconds. */
const PATIENCE = 2_000;
const SHORTEST_PAUSE = 25;
const LONGEST_PAUSE = 400;

const pauseByTimer: Pause = (milliseconds, signal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => {});

/**
 * Attempts that wait for room in a row of the ledger, in order of arrival. The first in line takes room that this process
 * frees at once; room that another process frees is found by polling.
 */
export class WaitingLine {
  readonly #lines = new Map<string, Set<AbortController>>();
  readonly #pause: Pause;

  constructor(pause: Pause = pauseByTimer) {
    this.#pause = pause;
  }

  /**
   * Tries until there is room, for at most two seconds.
   *
   * @param attempt returns the row that is full, but not if `last` is set
   */
  async enter<T extends object>(attempt: (last: boolean) => Promise<T | { full: string }>): Promise<T> {
    let waited = 0;
    for (let pause = SHORTEST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const result = await attempt(waited >= PATIENCE);
      if (!('full' in result)) return result;
      waited += await this.#wait(result.full, pause);
    }
  }

  /** Room was freed in these rows: the first in each line tries again. */
  free(ids: readonly string[]): void {
    for (const id of ids) this.#lines.get(id)?.values().next().value?.abort();
  }

  /** Returns the milliseconds that count as waited: few if it was its turn. */
  async #wait(id: string, milliseconds: number): Promise<number> {
    const line = this.#lines.get(id) ?? new Set();
    const turn = new AbortController();
    this.#lines.set(id, line.add(turn));
    turn.signal.addEventListener('abort', () => line.delete(turn));
    await this.#pause(milliseconds, turn.signal);
    line.delete(turn);
    if (line.size === 0 && this.#lines.get(id) === line) this.#lines.delete(id);
    return turn.signal.aborted ? SHORTEST_PAUSE : milliseconds;
  }
}
