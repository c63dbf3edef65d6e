/**
 * A password or passphrase from a file (`--password-file FILE`), `-` being standard input; a pipe that somebody writes,
 * as shells make of `<(command)`, is as good. One line end at the end is not part of the secret. A file that others
 * can write is refused: they could choose the secret.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { refuseInspector } from './inspector.ts';
import type { Prompts } from './prompts.ts';
import { sentence } from './sanitise.ts';
import { systemReason } from './system-reason.ts';

/** Largest secret in bytes, line end included. */
const MAX_BYTES = 4096;
const WRITABLE_BY_OTHERS = 0o022;
const READABLE_BY_OTHERS = 0o044;
/** Milliseconds between two looks into a pipe. */
const PIPE_PAUSE = 20;

export interface SecretFileOptions {
  /** Where the secret is; `-` takes one line of standard input, or asks when that is a terminal. */
  readonly path: string;
  /** What it is, as in "the store's passphrase". */
  readonly what: string;
  readonly prompts: Prompts;
  /** Told once when others can read the file. */
  readonly warn: (message: string) => void;
}

/**
 * The secret. Rejects with `CliError` `secret_file_unreadable`, `secret_file_writable` (others can write it) or
 * `secret_file_invalid` (no file or pipe, empty, too long, not UTF-8), all exit 2; with `-` as a prompt does.
 */
export async function readSecretFile({ path, what, prompts, warn }: SecretFileOptions): Promise<string> {
  refuseInspector();
  if (path === '-') return prompts.secret({ message: what });
  const file = await openFile(path);
  try {
    await checkMode(file, path, warn);
    return decode(await readAll(file, path), path);
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Not blocking: opening a pipe that nobody writes would wait for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw problem(
      'unreadable',
      sentence`The secret file ${path} cannot be opened: ${systemReason(cause)}.`,
      undefined,
      cause,
    );
  }
}

async function checkMode(file: FileHandle, path: string, warn: (message: string) => void): Promise<void> {
  const stat = await file.stat();
  if (!stat.isFile() && !stat.isFIFO())
    throw problem('invalid', sentence`${path} is no file and no pipe.`, 'Use - for standard input.');
  if (process.platform === 'win32') return;
  if (stat.mode & WRITABLE_BY_OTHERS)
    throw problem(
      'writable',
      sentence`Others than its owner can write the secret file ${path}.`,
      'Check what is in it, then take that right from them (chmod 600).',
    );
  if (stat.mode & READABLE_BY_OTHERS)
    warn(sentence`Others than its owner can read the secret file ${path}; chmod 600 ends that.`);
}

async function readAll(file: FileHandle, path: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  for (;;) {
    const bytesRead = await readSome(file, buffer.subarray(length));
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length > MAX_BYTES)
      throw problem('invalid', sentence`The secret file ${path} is longer than ${MAX_BYTES} bytes.`);
  }
}

/** Waits while a pipe has a writer and nothing in it; 0 at the end. */
async function readSome(file: FileHandle, buffer: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return (await file.read(buffer, 0, buffer.length)).bytesRead;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      await sleep(PIPE_PAUSE);
    }
  }
}

function decode(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw problem('invalid', sentence`The secret file ${path} is not valid UTF-8.`);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw problem('invalid', sentence`The secret file ${path} is empty.`);
  return secret;
}

function problem(
  kind: 'unreadable' | 'writable' | 'invalid',
  message: string,
  hint?: string,
  cause?: unknown,
): CliError {
  return new CliError({
    code: `secret_file_${kind}`,
    exit: EXIT.usage,
    message,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
