/**
 * The messages between the first process and its workers. Secrets that unlock the store are only sent this way:
 * other users can read command lines and environments.
 *
 * A worker sends `ready` and receives `serve`. It opens the store and sends `listening`, or sends `failed` and ends. Once a
 * second it sends what it has `measured`. When it receives `stop`, or the first process is gone, it finishes the requests in
 * flight and ends.
 */
import type { Unlock } from '@countersign/secure-store';
import type { Measured } from './meter.ts';
import type { ServeOptions, ServingAt } from './serve.ts';

/** What a worker does. */
export interface Work {
  /** The text of the place where the store is kept. */
  readonly store: string;
  readonly unlock: Unlock;
  readonly serve: ServeOptions;
}

/** An error of a worker, as it is sent: without its stack and cause. */
export interface Reported {
  readonly message: string;
  readonly name?: string | undefined;
  readonly code?: string | undefined;
  /** Whether a new worker would fail as well. */
  readonly isFinal?: boolean | undefined;
}

export type ToWorker =
  | { readonly kind: 'serve'; readonly work: Work }
  | { readonly kind: 'reload'; readonly serve: ServeOptions }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly at: ServingAt }
  | { readonly kind: 'failed'; readonly reported: Reported }
  | { readonly kind: 'measured'; readonly measured: Measured };

/** Both processes run the same version of this code, so the kind is enough. */
export function isToWorker(message: unknown): message is ToWorker {
  return isKindOf(message, ['serve', 'reload', 'stop']);
}

/** Both processes run the same version of this code, so the kind is enough. */
export function isFromWorker(message: unknown): message is FromWorker {
  return isKindOf(message, ['ready', 'listening', 'failed', 'measured']);
}

function isKindOf(message: unknown, kinds: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  return kinds.some((kind) => kind === message.kind);
}
