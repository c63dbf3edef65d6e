/**
 * Reads whole files and pipes, as bytes or text. No read blocks a thread, because a thread that waits for a pipe's writer keeps the process
 * from ending. A signal ends every wait.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '@countersign/own-files';

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

/**
 * Yields the content in pieces.
 *
 * @throws {Error} the system's `code`; the signal's reason
 */
export async function* chunksOf(file: FileHandle, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    signal?.throwIfAborted();
    const buffer = new Uint8Array(CHUNK_BYTES);
    const read = await untilAborted(signal, file.read(buffer, 0, buffer.length)).catch((error: unknown) => {
      if (!hasCode(error, 'EAGAIN')) throw error;
    });
    // A pipe that is empty and has a writer.
    if (read === undefined) await sleep(PIPE_PAUSE);
    else if (read.bytesRead === 0) return;
    else yield buffer.subarray(0, read.bytesRead);
  }
}

/**
 * Joins the chunks, which it wipes.
 *
 * @returns `undefined` if they have more than `most` bytes
 */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const kept: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      kept.push(chunk);
      length += chunk.length;
      if (length > most) return undefined;
    }
    return Buffer.concat(kept);
  } finally {
    for (const chunk of kept) chunk.fill(0);
  }
}

/**
 * Reads a whole file or pipe.
 * @returns `undefined` if it has more than `most` bytes
 * @throws {Error} the system's `code`; the signal's reason
 */
export async function readAtMost(
  path: string,
  most: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const file = await openToRead(path, signal);
  try {
    return await collect(chunksOf(file, signal), most);
  } finally {
    file.close().catch(() => {});
  }
}

/**
 * Reads a whole file or pipe.
 *
 * @throws {Error} the system's `code`; the signal's reason
 */
export async function readWhole(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  return (await readAtMost(path, Number.POSITIVE_INFINITY, signal)) ?? new Uint8Array(0);
}

/**
 * Returns the text without its byte order mark, or `undefined` if the bytes are neither UTF-8 nor UTF-16 with a mark. Notepad
 * writes a mark, and `>` of Windows PowerShell writes UTF-16.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads a text file that is not secret.
 *
 * @throws {Error} the system's `code` or `NOT_TEXT`; the signal's reason
 */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const text = decodeText(await readWhole(path, signal));
  if (text === undefined) throw Object.assign(new Error(`NOT_TEXT: ${path}`), { code: 'NOT_TEXT' });
  return text;
}
