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

/** Checks that the directory is ours or empty, or does not exist. Changes nothing. @throws {CliError} not_a_store, read_only */
export async function checkDataDir({ dataDir, store }: Settings): Promise<void> {
  const entries = (await list(dataDir))?.filter((name) => !INCIDENTAL.test(name)) ?? [];
  const ours =
    store.folder !== undefined && dirname(store.folder) === dataDir ? [basename(store.folder)] : [];
  if (entries.length > 0 && ![...OURS, ...ours].some((name) => entries.includes(name)))
    throw notOurDirectory(dataDir);
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
