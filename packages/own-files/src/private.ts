/**
 * Files and folders that no other user could have created or can read: they belong to the user of this process, no other user has
 * any permission, and they are not links. Windows has no such owners and modes.
 */
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError, hasCode } from './errors.ts';

function checkOwner(path: string, { uid }: Pick<Stats, 'uid'>): void {
  if (process.geteuid !== undefined && uid !== process.geteuid()) throw new FileError('NOT_OWN', path);
}

function checkAccess(path: string, there: Pick<Stats, 'uid' | 'mode'>): void {
  checkOwner(path, there);
  if (process.geteuid !== undefined && there.mode & 0o077) throw new FileError('NOT_PRIVATE', path);
}

/**
 * Checks that a folder exists and is private.
 * @throws {Error} the system's `code`, `IS_A_LINK`, `ENOTDIR`, `NOT_OWN`, `NOT_PRIVATE`
 */
export async function checkPrivateFolder(dir: string): Promise<void> {
  const there = await lstat(dir);
  if (there.isSymbolicLink()) throw new FileError('IS_A_LINK', dir);
  if (!there.isDirectory()) throw new FileError('ENOTDIR', dir);
  checkAccess(dir, there);
}

/**
 * Creates a folder (0700) in one that the user owns, unless it exists, and checks that it is private.
 * @throws {Error} as `checkPrivateFolder`, also for the folder above it
 */
export async function makePrivateFolder(dir: string): Promise<void> {
  checkOwner(dirname(dir), await stat(dirname(dir)));
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  await checkPrivateFolder(dir);
}

/**
 * Reads a private file in UTF-8.
 * @param options `most`: the largest size in bytes; a larger file is `EFBIG`
 * @throws {Error} the system's `code`, `IS_A_LINK`, `NOT_A_FILE`, `NOT_OWN`, `NOT_PRIVATE`, `EFBIG`
 */
export async function readPrivateFile(path: string, { most }: { readonly most: number }): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw hasCode(error, 'ELOOP') ? new FileError('IS_A_LINK', path) : error;
  });
  try {
    const there = await file.stat();
    if (!there.isFile()) throw new FileError('NOT_A_FILE', path);
    checkAccess(path, there);
    if (there.size > most) throw new FileError('EFBIG', path);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
