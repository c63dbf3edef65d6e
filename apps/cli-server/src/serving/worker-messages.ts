/**
 * What the first process and its workers tell each other. What opens the store goes this way and no other: command lines
 * and environments can be read by others.
 *
 * 1. A worker says `ready`, and is told to `serve`.
 * 2. It opens the store and answers `listening`, or `failed` and ends.
 * 3. Once a second it tells what it has `counted`.
 * 4. Told to `stop`, or left alone because the first process is gone, it finishes what is in flight and ends.
 */
import type { CodedError } from '../coded-error.ts';
import type { BytesUnlock } from '../unlock.ts';
import type { Counts } from './metrics.ts';
import type { ServeOptions, ServingAt } from './serve.ts';

export type ToWorker =
  | { readonly kind: 'serve'; readonly options: ServeOptions; readonly unlock: BytesUnlock }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'listening'; readonly at: ServingAt }
  | { readonly kind: 'failed'; readonly error: CodedError }
  | { readonly kind: 'counted'; readonly counts: Counts };

/** Both ends are this program, of one version: a message with a kind is one of ours. */
export function isToWorker(message: unknown): message is ToWorker {
  return isKindOf(message, ['serve', 'stop']);
}

export function isFromWorker(message: unknown): message is FromWorker {
  return isKindOf(message, ['ready', 'listening', 'failed', 'counted']);
}

function isKindOf(message: unknown, kinds: readonly string[]): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    typeof message.kind === 'string' &&
    kinds.includes(message.kind)
  );
}
