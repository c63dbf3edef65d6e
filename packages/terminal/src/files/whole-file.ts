/**
 * Reads whole files and pipes. No read blocks a thread, because a thread that waits for a pipe's writer keeps the process
 * from ending. A signal ends every wait.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two reads of an empty pipe. */
const PIPE_PAUSE = 20;
const CHUNK_BYTES = 65_536;

/** Settles like the promise, or rejects with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Opens a file or pipe. A pipe without a writer counts as empty; opening it would otherwise wait without an end. */
export async function openToRead(path: string, signal?: AbortSignal): Promise<FileHandle> {
  const opening = open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  return await untilAborted(signal, opening).catch((error: unknown) => {
    opening.then((file) => file.close()).catch(() => {});
    throw error;
  });
}

/** Returns the whole content, or `undefined` if it is longer than `most` bytes. */
export async function readToEnd(
  file: FileHandle,
  {
    most = Number.POSITIVE_INFINITY,
    signal,
  }: { readonly most?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(file, signal)) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Yields the content in pieces. @throws {Error} the system's `code`; the signal's reason */
export async function* chunksOf(file: FileHandle, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const bytesRead = await readSome(file, buffer, signal);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads a whole file or pipe. @throws {Error} the system's `code`; the signal's reason */
export async function readWhole(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  const file = await openToRead(path, signal);
  try {
    return (await readToEnd(file, { signal })) ?? new Uint8Array(0);
  } finally {
    file.close().catch(() => {});
  }
}

/** Waits while a pipe is empty and has a writer. @returns bytes read, 0 at the end */
async function readSome(file: FileHandle, buffer: Uint8Array, signal?: AbortSignal): Promise<number> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return (await untilAborted(signal, file.read(buffer, 0, buffer.length))).bytesRead;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      await sleep(PIPE_PAUSE);
    }
  }
}
