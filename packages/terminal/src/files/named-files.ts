/** Files that a user names on the command line. Their errors are for people, exit code 2. */

import { hasCode, placeBytes } from '@countersign/own-files';
import { type CliError, usageError } from '../errors/cli-error.ts';
import { systemReason } from '../errors/system-reason.ts';
import { sentence } from '../output/sanitise.ts';
import { readText, readWhole } from './whole-file.ts';

/**
 * Reads a text file.
 *
 * @throws {CliError} unreadable_file; the reason of `signal`
 */
export function readTextFile(path: string, signal?: AbortSignal): Promise<string> {
  return readable(path, readText(path, signal), signal);
}

/**
 * Reads a file as bytes.
 *
 * @throws {CliError} unreadable_file; the reason of `signal`
 */
export function readBinaryFile(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  return readable(path, readWhole(path, signal), signal);
}

/**
 * Waits for a file to be opened or read.
 *
 * @throws {CliError} unreadable_file; the reason of `signal`
 */
export async function readable<T>(path: string, reading: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    signal?.throwIfAborted();
    const message = sentence`The file ${path} cannot be read: ${systemReason(cause)}.`;
    throw usageError('unreadable_file', message, undefined, cause);
  }
}

/**
 * Reads a JSON file.
 *
 * @throws {CliError} unreadable_file, not_json; the reason of `signal`
 */
export async function readJsonFile(path: string, signal?: AbortSignal): Promise<unknown> {
  const text = await readTextFile(path, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw usageError('not_json', sentence`The file ${path} is not JSON.`);
  }
}

/**
 * Writes a file in one step, and replaces an existing one.
 *
 * @throws {CliError} unwritable_file
 */
export function replaceFile(path: string, text: string, mode: number): Promise<void> {
  return writable(path, placeBytes({ path, mode, replace: true }, text));
}

/**
 * Waits for a file to be checked or written.
 *
 * @throws {CliError} unwritable_file
 */
export function writable<T>(path: string, writing: Promise<T>): Promise<T> {
  return writing.catch((error: unknown) => {
    throw unwritableFile(path, error);
  });
}

/** Returns the error for a file that could not be written. */
export function unwritableFile(path: string, cause: unknown): CliError {
  if (hasCode(cause, 'EEXIST')) {
    const hint = 'Choose another name; existing files are not overwritten.';
    return usageError('unwritable_file', sentence`${path} already exists.`, hint, cause);
  }
  // The file is new, so only its directory can be missing.
  const why = hasCode(cause, 'ENOENT') ? 'its directory does not exist' : systemReason(cause);
  return usageError(
    'unwritable_file',
    sentence`The file ${path} cannot be written: ${why}.`,
    undefined,
    cause,
  );
}
