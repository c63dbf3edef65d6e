/** Deadlines: every wait on the network ends with a timeout, a signal, or both. */
import { ChannelError } from './errors.ts';

/** The monotonic clock that measures waits, not the time of day. Tests pass their own. */
export interface Timers {
  /** Milliseconds since a fixed moment. */
  now(): number;
  /** Calls `ring` once after this many milliseconds. The returned function cancels it. */
  after(milliseconds: number, ring: () => void): () => void;
}

/** The monotonic clock of the host. */
export const SYSTEM_TIMERS: Timers = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** When a wait ends. */
export interface Deadline {
  /** The wait fails with 'timeout' after this many milliseconds from the call; nothing extends it. */
  readonly timeout?: number | undefined;
  /** Aborts the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as `awaited` does, unless the deadline comes first. Then the outcome of `awaited` is ignored.
 *
 * @throws {ChannelError} timeout
 * @throws the reason of the signal
 */
export async function within<T>(
  awaited: Promise<T>,
  { timeout, signal }: Deadline,
  what: string,
  timers: Timers = SYSTEM_TIMERS,
): Promise<T> {
  let cancel: (() => void) | undefined;
  let onAbort: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    if (timeout !== undefined)
      cancel = timers.after(timeout, () =>
        reject(new ChannelError('timeout', `${what} took more than ${timeout} ms`)),
      );
    onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([awaited, over]);
  } finally {
    cancel?.();
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
