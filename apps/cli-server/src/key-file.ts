/** Key files: random bytes that unlock the store in place of a passphrase, for servers that start unattended. */
import { type Io, placeBytes, readSecretBytes, readSecretStream } from '@countersign/terminal';
import { existingKeyFile, keyNotTyped, unusableKeyFile } from './ui/errors.ts';

const LEAST_BYTES = 32;
const MOST_BYTES = 4096;

/**
 * Reads one; `-` is all of standard input.
 * @throws {CliError} secret_file_unreadable, secret_file_access, secret_file_invalid, key_file_invalid (too short)
 */
export async function readKeyFile(io: Io, path: string): Promise<Uint8Array> {
  if (path === '-' && io.stdin.isTTY === true) throw keyNotTyped();
  const bytes = await (path === '-'
    ? readSecretStream(io, MOST_BYTES)
    : readSecretBytes(path, { most: MOST_BYTES, signal: io.signal }));
  if (bytes.length < LEAST_BYTES) throw unusableKeyFile(path, LEAST_BYTES, MOST_BYTES);
  return bytes;
}

/** Makes a new one, for its owner alone. @throws {CliError} unwritable_file when something is there */
export async function makeKeyFile(
  path: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const bytes = randomBytes(LEAST_BYTES);
  await placeBytes({ path, mode: 0o600, replace: false }, bytes).catch((error: unknown) => {
    throw existingKeyFile(path, error);
  });
  return bytes;
}
