/** Small files that are for the user alone, in folders that are made when they are needed. */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file (0600) beside its place and renames it, so that two programs at once never damage what the other wrote.
 *
 * @returns `false` when its place is taken by something other than a file
 */
export async function placeOwnFile(path: string, text: string): Promise<boolean> {
  const beside = `${path}.${randomUUID()}`;
  await makeFolder(dirname(path));
  const there = await lstat(path).catch(noneIfMissing);
  if (there && !there.isFile()) return false;
  try {
    await writeFile(beside, text, { mode: 0o600, flag: 'wx', flush: true });
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
  return true;
}

/** With all folders above it. Node's own way never ends below /proc, where none can be made and none is missing. */
async function makeFolder(dir: string): Promise<void> {
  const make = () =>
    mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  try {
    await make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await make();
  }
}

/** For `catch`: `undefined` for a file that is not there. */
export function noneIfMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
