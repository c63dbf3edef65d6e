/**
 * Files that root has made in the directory of a service's user, who cannot open them. They are reported and not given away:
 * root that changes owners inside a directory of another user follows whatever link that user puts there.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

export interface RootsFiles {
  readonly dir: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who asks, and how the owners of files are found out; both are parameters for tests. */
interface Asking {
  readonly self?: number | undefined;
  readonly look?: (path: string) => Promise<Pick<Stats, 'uid' | 'gid' | 'isFile' | 'isDirectory'>>;
}

/** Directories of another user that hold files of root, when root asks. */
export async function rootsFiles(
  { dataDir, store }: Pick<Settings, 'dataDir' | 'store'>,
  { self = process.getuid?.(), look = lstat }: Asking = {},
): Promise<RootsFiles[]> {
  if (self !== 0) return [];
  const dirs = new Set([dataDir, ...(store.folder === undefined ? [] : [store.folder])]);
  const found: RootsFiles[] = [];
  for (const dir of dirs) {
    const owner = await look(dir).catch(() => undefined);
    if (owner?.isDirectory() !== true || owner.uid === 0) continue;
    if (await holdsFilesOfRoot(dir, look)) found.push({ dir, uid: owner.uid, gid: owner.gid });
  }
  return found;
}

/** In it or one level below. */
async function holdsFilesOfRoot(
  dir: string,
  look: NonNullable<Asking['look']>,
  levels = 1,
): Promise<boolean> {
  for (const name of await readdir(dir).catch(() => [])) {
    const there = await look(join(dir, name)).catch(() => undefined);
    if (there === undefined) continue;
    if (there.uid === 0 && (there.isFile() || there.isDirectory())) return true;
    if (levels > 0 && there.isDirectory() && (await holdsFilesOfRoot(join(dir, name), look, levels - 1)))
      return true;
  }
  return false;
}
