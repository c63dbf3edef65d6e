/** The directory in which a service keeps its data: for its owner alone, and with nothing else in it. */
import type { Stats } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, makeFolder } from '@countersign/own-files';
import { CliError, problem } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { systemReason } from '../errors/system-reason.ts';
import { sentence } from '../output/sanitise.ts';

/** Entries that volumes, snapshots, version control and file managers leave in an otherwise empty directory. */
const INCIDENTAL = /^(?:lost\+found$|\.)/;

/**
 * Checks that a directory is empty, does not exist, or has an entry of the program. Changes nothing.
 *
 * @param ours the names of the program's entries
 * @throws {CliError} not_a_store, read_only, exit 7
 */
export async function checkOwnFolder(dir: string, ours: readonly string[]): Promise<void> {
  const entries = (await list(dir))?.filter((name) => !INCIDENTAL.test(name)) ?? [];
  if (entries.length === 0 || ours.some((name) => entries.includes(name))) return;
  const message = sentence`${dir} holds other things and is not a data directory of this program.`;
  const hint = 'Choose an empty directory, or one that does not exist yet. Nothing was changed.';
  throw problem('not_a_store', EXIT.store, message, hint);
}

/**
 * Creates the directory with mode 0700. An empty one is closed to other users.
 *
 * @throws {CliError} read_only, exit 7
 */
export async function makeOwnFolder(dir: string): Promise<void> {
  try {
    const entries = await list(dir);
    if (entries === undefined) await makeFolder(dir);
    else if (entries.every((name) => INCIDENTAL.test(name))) await chmod(dir, 0o700);
  } catch (error) {
    throw unusableFolder(dir, error);
  }
}

/** Returns the names in a directory, or `undefined` if it does not exist. */
async function list(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw unusableFolder(dir, error);
  }
}

/** Returns the error for a directory that cannot be read, created or written. */
export function unusableFolder(dir: string, cause: unknown): CliError {
  if (cause instanceof CliError) return cause;
  // No directory can be created below a path like /proc/x.
  const why = hasCode(cause, 'ENOENT') ? 'it cannot be created there' : systemReason(cause);
  const message = sentence`The directory ${dir} cannot be used: ${why}.`;
  return problem('read_only', EXIT.store, message, 'Choose another directory.', cause);
}

/** A directory of another user that holds files of root. */
export interface FolderWithRootsFiles {
  readonly dir: string;
  /** The owner of the directory. */
  readonly uid: number;
  readonly gid: number;
}

/** Returns the owner and kind of a file. */
type Look = (path: string) => Promise<Stats>;

/**
 * Returns the directories of other users in which root has left files, which those users cannot open. Returns
 * nothing unless this process is root. Both options are for tests.
 *
 * Such files are only reported: if root changed owners in a directory of another user, it would follow any link that this
 * user puts there.
 */
export async function foldersWithRootsFiles(
  dirs: readonly string[],
  { self = process.getuid?.(), look = lstat }: { self?: number | undefined; look?: Look } = {},
): Promise<FolderWithRootsFiles[]> {
  if (self !== 0) return [];
  const found: FolderWithRootsFiles[] = [];
  for (const dir of new Set(dirs)) {
    const owner = await look(dir).catch(() => undefined);
    if (owner?.isDirectory() !== true || owner.uid === 0) continue;
    if (await holdsRootsFiles(dir, look, 1)) found.push({ dir, uid: owner.uid, gid: owner.gid });
  }
  return found;
}

async function holdsRootsFiles(dir: string, look: Look, levels: number): Promise<boolean> {
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name);
    const there = await look(path).catch(() => undefined);
    if (there === undefined) continue;
    if (there.uid === 0 && (there.isFile() || there.isDirectory())) return true;
    if (levels > 0 && there.isDirectory() && (await holdsRootsFiles(path, look, levels - 1))) return true;
  }
  return false;
}
