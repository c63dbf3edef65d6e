/**
 * Writes files without following links. The bytes go to a new file beside the target (`wx`), reach the disk, and take the
 * target's name by a rename: after a crash the target is the old file or the new one. A target that is a link, a
 * directory, a pipe or a device is refused.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileError, hasCode } from './errors.ts';

/** Where a file is written, and how. */
export interface PlaceFileOptions {
  readonly path: string;
  /** Permissions, such as 0o600, before the umask. */
  readonly mode: number;
  /** Whether an existing file is replaced; otherwise the error is `EEXIST`. */
  readonly replace: boolean;
}

/**
 * Writes a file with the bytes that `write` produces, and returns the result of `write`. A failure leaves no file behind.
 * @throws {Error} the system's `code`, `EEXIST`, `IS_A_LINK` or `NOT_A_FILE`; the errors of `write`
 */
export async function placeFile<T>(
  { path, mode, replace }: PlaceFileOptions,
  write: (file: FileHandle) => Promise<T>,
): Promise<T> {
  await checkTarget(path, replace);
  const beside = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(8).toString('hex')}`);
  const file = await open(beside, 'wx', mode);
  try {
    const result = await write(file);
    await file.sync();
    await file.close();
    // A rename replaces a link and does not follow it, so a link that appeared in between does no harm.
    await checkTarget(path, replace);
    await rename(beside, path);
    await syncDirectory(dirname(path));
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}

/** The same for a given content. */
export function placeBytes(options: PlaceFileOptions, content: string | Uint8Array): Promise<void> {
  return placeFile(options, (file) => file.writeFile(content));
}

/**
 * Checks that a file can be written there.
 *
 * @throws {Error} `EEXIST`, `IS_A_LINK`, `NOT_A_FILE`
 */
export async function checkTarget(path: string, replace: boolean): Promise<void> {
  const there = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (there === undefined) return;
  if (there.isSymbolicLink()) throw new FileError('IS_A_LINK', path);
  if (!there.isFile()) throw new FileError('NOT_A_FILE', path);
  if (!replace) throw new FileError('EEXIST', path);
}

/** Some file systems do not support it; the file itself is on the disk by then. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
