/**
 * Decides in which order a process handles messages until a login is complete. When more arrive than it can handle, logins that
 * have begun are completed, and new ones are refused soon, instead of all of them taking too long together.
 *
 * 1. Each round of the event loop handles one message. All messages that have arrived by then are in the queue, and
 *    commits that others wait for continue in between.
 * 2. Connections in reserved seats have a separate queue. The two queues take turns, so neither strangers nor known
 *    devices can keep the others out.
 * 3. In each queue, conversations that have begun go first. Of those that begin, a few are handled at the same time, and
 *    one that has waited a second is refused.
 */
import { SYSTEM_TIMERS, type Timers } from '@countersign/tls-channel';

/** How long a conversation can wait to begin, in milliseconds. */
export const LONGEST_WAIT = 1_000;
/** The number of first messages of one queue that are handled at the same time. */
export const MOST_BEGINNERS = 16;

/** Calls in the next round of the event loop. */
type NextRound = (act: () => void) => void;

/** The turns of one process. */
export class Turns {
  readonly #timers: Timers;
  readonly #nextRound: NextRound;
  readonly #reserved = new Line();
  readonly #ordinary = new Line();
  #isReservedNext = true;
  #isScheduled = false;

  /** @param options `nextRound`: for tests */
  constructor(options: { timers?: Timers | undefined; nextRound?: NextRound } = {}) {
    this.#timers = options.timers ?? SYSTEM_TIMERS;
    this.#nextRound = options.nextRound ?? setImmediate;
  }

  /** Returns the turns of one connection. */
  of(guest: { readonly hasReservedSeat: boolean }): Turn {
    const line = () => (guest.hasReservedSeat ? this.#reserved : this.#ordinary);
    return new Turn(line, this.#timers, () => this.#schedule());
  }

  #schedule(): void {
    if (this.#isScheduled || !(this.#reserved.canGo || this.#ordinary.canGo)) return;
    this.#isScheduled = true;
    this.#nextRound(() => {
      this.#isScheduled = false;
      const isReserved = this.#reserved.canGo && (this.#isReservedNext || !this.#ordinary.canGo);
      this.#isReservedNext = !isReserved;
      (isReserved ? this.#reserved : this.#ordinary).callNext();
      this.#schedule();
    });
  }
}

/** The turns of one connection, which waits for one at a time. */
export class Turn {
  readonly #line: () => Line;
  readonly #timers: Timers;
  readonly #onChange: () => void;
  /** Gives up the place among those that begin. */
  #leave: (() => void) | undefined;

  constructor(line: () => Line, timers: Timers, onChange: () => void) {
    this.#line = line;
    this.#timers = timers;
    this.#onChange = onChange;
  }

  /**
   * Waits for the turn of a first message.
   *
   * @returns `false` if it took too long
   */
  async begin(): Promise<boolean> {
    const line = this.#line();
    const isInTime = await new Promise<boolean>((resolve) => {
      const call = () => {
        cancel();
        resolve(true);
      };
      const cancel = this.#timers.after(LONGEST_WAIT, () => {
        line.beginning.delete(call);
        resolve(false);
      });
      line.beginning.add(call);
      this.#onChange();
    });
    if (isInTime)
      this.#leave = () => {
        line.beginners -= 1;
        this.#leave = undefined;
        this.#onChange();
      };
    return isInTime;
  }

  /** Waits for the turn of a later message. */
  async proceed(): Promise<void> {
    const { begun } = this.#line();
    await new Promise<void>((resolve) => {
      begun.add(resolve);
      this.#onChange();
    });
  }

  /** The message has been handled. */
  end(): void {
    this.#leave?.();
  }
}

/** The waiting conversations, in the order of arrival. */
class Line {
  readonly begun = new Set<() => void>();
  readonly beginning = new Set<() => void>();
  /** The conversations whose first message is being handled. */
  beginners = 0;

  get canGo(): boolean {
    return this.begun.size > 0 || (this.beginning.size > 0 && this.beginners < MOST_BEGINNERS);
  }

  callNext(): void {
    const from = this.begun.size > 0 ? this.begun : this.beginning;
    if (from === this.beginning) this.beginners += 1;
    for (const call of from) {
      from.delete(call);
      call();
      break;
    }
  }
}
