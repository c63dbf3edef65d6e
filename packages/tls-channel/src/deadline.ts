/** Every wait on the network has an end: a time, a signal, or both. */
import { ChannelError } from './errors.ts';

/**
 * The monotonic clock that waits are measured with: setting the time of day changes nothing. Tests pass one of their
 * own and move it.
 */
export interface Timers {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls `ring` once, when that many milliseconds have passed, unless the returned function is called before. */
  after(milliseconds: number, ring: () => void): () => void;
}

export const SYSTEM_TIMERS: Timers = {
  now: () => performance.now(),
  after(milliseconds, ring) {
    const timer = setTimeout(ring, milliseconds);
    return () => clearTimeout(timer);
  },
};

export interface Deadline {
  /**
   * Milliseconds, counted from the call, after which the wait fails with 'timeout'. Nothing that happens meanwhile
   * extends it. Without it, only the signal ends the wait.
   */
  readonly timeout?: number | undefined;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as `awaited` does, unless the time or the signal comes first: then it rejects with `ChannelError` 'timeout'
 * or with the signal's reason, and the outcome of `awaited` is ignored.
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
