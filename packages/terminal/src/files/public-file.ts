/** Files that web servers publish: they contain no secrets, everyone can read them, and each is replaced atomically. */
import { checkTarget, placeFile } from '@countersign/own-files';
import { writable } from './named-files.ts';

const MODE = 0o644;

/**
 * Checks that the file can be written, before the passphrase is asked for.
 *
 * @throws {CliError} unwritable_file
 */
export function checkPublicFile(path: string): Promise<void> {
  return writable(path, checkTarget(path, true));
}

/**
 * Writes the file, and replaces an existing one.
 *
 * @throws {CliError} unwritable_file
 */
export function writePublicFile(path: string, content: Uint8Array | string): Promise<void> {
  const writing = placeFile({ path, mode: MODE, replace: true }, async (file) => {
    await file.writeFile(content);
    // Regardless of the umask: otherwise, the web server could not read the file.
    await file.chmod(MODE);
  });
  return writable(path, writing);
}
