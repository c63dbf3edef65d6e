/** Key files: random bytes that are used in place of a passphrase, for services that start unattended. */

import { placeBytes } from '@countersign/own-files';
import { usageError } from '../errors/cli-error.ts';
import { sentence } from '../output/sanitise.ts';
import type { Io } from '../program/io.ts';
import { writable } from './named-files.ts';
import { readSecretBytes, readSecretStream } from './secret-file.ts';

const LEAST_BYTES = 32;
const MOST_BYTES = 4096;

/**
 * Reads a key file of 32 to 4,096 bytes; `-` reads all of standard input.
 *
 * @throws {CliError} secret_file_unreadable, secret_file_access, secret_file_invalid, key_file_invalid; usage when
 *   standard input is a terminal
 */
export async function readKeyFile(io: Io, path: string): Promise<Uint8Array> {
  if (path === '-' && io.stdin.isTTY === true)
    throw usageError(
      'usage',
      'A key file holds bytes, which cannot be typed.',
      'Use --key-file FILE, or redirect the file to standard input.',
    );
  const bytes = await (path === '-'
    ? readSecretStream(io, MOST_BYTES)
    : readSecretBytes(path, { most: MOST_BYTES, signal: io.signal }));
  if (bytes.length >= LEAST_BYTES) return bytes;
  const message = sentence`${path} is not a key file: it must have ${LEAST_BYTES} to ${MOST_BYTES} bytes.`;
  throw usageError('key_file_invalid', message);
}

/**
 * Creates a key file with mode 0600.
 *
 * @throws {CliError} unwritable_file, also when the file exists
 */
export async function makeKeyFile(
  path: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const bytes = randomBytes(LEAST_BYTES);
  await writable(path, placeBytes({ path, mode: 0o600, replace: false }, bytes));
  return bytes;
}
