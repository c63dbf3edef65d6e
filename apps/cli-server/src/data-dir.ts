/** The server's own directory: `store/` and `tls/`, for nobody but its owner. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Settings } from './settings.ts';
import { isMissing, notOurDirectory, unmakeableDirectory, unusableDirectory } from './ui/errors.ts';

/** Where something is made before it is put in place. */
export const UNFINISHED = '.unfinished-';
const OURS = ['store', 'tls'];
/** What volumes, snapshots, version control and file managers leave in an empty directory. */
const INCIDENTAL = /^(?:lost\+found$|\.)/;
/** The file LMDB keeps everything in. */
const STORE_FILE = 'data.mdb';

/** Looks that both directories are ours, or not there yet. Changes nothing. Rejects with CliError, exit 7. */
export async function checkDirectories({ dataDir, store }: Settings): Promise<void> {
  const entries = (await list(dataDir))?.filter((name) => !INCIDENTAL.test(name));
  const elsewhere = store.kind === 'lmdb' && dirname(store.dir) === dataDir ? [basename(store.dir)] : [];
  if (entries && entries.length > 0 && ![...OURS, ...elsewhere].some((name) => entries.includes(name)))
    throw notOurDirectory(dataDir);
  if (store.kind !== 'lmdb') return;
  const files = (await list(store.dir))?.filter((name) => !INCIDENTAL.test(name));
  if (files && files.length > 0 && !files.includes(STORE_FILE)) throw notOurDirectory(store.dir);
}

/** Makes the directory, for its owner alone; an empty one made for it is closed to others. */
export async function makeDataDir(dataDir: string): Promise<void> {
  try {
    const entries = await list(dataDir);
    if (entries === undefined) await makeLevels(dataDir);
    else if (entries.every((name) => INCIDENTAL.test(name))) await chmod(dataDir, 0o700);
  } catch (error) {
    throw isMissing(error) ? unmakeableDirectory(dataDir, error) : unusableDirectory(dataDir, error);
  }
}

/** One level after the other: where none can be made, as in /proc, the recursive mkdir of Node.js never ends. */
async function makeLevels(dir: string): Promise<void> {
  if (existsSync(dir)) return;
  await makeLevels(dirname(dir));
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (!existsSync(dir)) throw error;
  });
}

/** The names in it; nothing when there is no such directory. */
async function list(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusableDirectory(dir, error);
  }
}
