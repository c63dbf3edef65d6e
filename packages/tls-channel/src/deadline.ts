/** Waiting for something of the network never goes on for ever: it takes a time, a signal, or both. */
import { ChannelError } from './errors.ts';

export interface Deadline {
  /** Milliseconds after which the wait fails with 'timeout'. Without it, only the signal ends the wait. */
  readonly timeout?: number | undefined;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as `awaited` does, unless the time or the signal comes first: then it rejects with `ChannelError` 'timeout'
 * or with the signal's reason, and nobody listens to `awaited` any longer.
 */
export async function within<T>(
  awaited: Promise<T>,
  { timeout, signal }: Deadline,
  what: string,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  const over = new Promise<never>((_, reject) => {
    if (timeout !== undefined)
      timer = setTimeout(
        () => reject(new ChannelError('timeout', `${what} took more than ${timeout} ms`)),
        timeout,
      );
    onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([awaited, over]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
