/**
 * A directory of LMDB's, looked at before the library opens it: it ends the process with a signal when the lock file may not
 * be written, when the data file is not its own, or when it reads pages that were cut off.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../errors.ts';
import { toStoreError } from './errors.ts';
import { everyPageIsThere, LITTLE_ENDIAN, type Tree } from './pages.ts';

const DATA = 'data.mdb';
const LOCK = 'lock.mdb';

/**
 * Of a data file in format 2, as 64-bit hosts write it: a page header of 24 bytes, then the meta data with two trees, free pages
 * and rows. The first tree begins with the size of a page.
 */
const META = { magic: 24, version: 28, trees: 48, lastPage: 144, transaction: 152, end: 168 };
const TREE_BYTES = 48;
const MAGIC = 0xbeefc0de;
const DATA_FORMAT = 2;

/**
 * Whether there is a database.
 *
 * @throws StoreError `not_a_store`, `read_only`, `damaged`, `newer_format`
 */
export function holdsDatabase(dir: string): boolean {
  try {
    if (!sizeOf(dir, 'directory')) return false;
    const size = sizeOf(join(dir, DATA), 'file');
    if (size === 0) return false;
    accessSync(join(dir, DATA), constants.R_OK | constants.W_OK);
    const locked = sizeOf(join(dir, LOCK), 'file') > 0;
    accessSync(locked ? join(dir, LOCK) : dir, constants.R_OK | constants.W_OK);
    checkDataFile(dir, size);
    return true;
  } catch (error) {
    throw toStoreError(error, dir);
  }
}

/** Names the data file itself, wherever its directory is moved; `undefined` when there is none. */
export function fileIdOf(dir: string): string | undefined {
  const found = statSync(join(dir, DATA), { throwIfNoEntry: false, bigint: true });
  return found && `${found.dev}:${found.ino}`;
}

/** What volumes, snapshots and file managers leave in a directory that is otherwise empty. */
const INCIDENTAL = /^(?:lost\+found$|\.)/;

/** Makes the directory, with mode 0700, unless there is one that holds nothing. @throws StoreError `not_a_store`, `read_only`, `full` */
export function makeDirectory(dir: string): void {
  try {
    makeLevels(dir);
    accessSync(dir, constants.R_OK | constants.W_OK);
    if (readdirSync(dir).some((name) => name !== DATA && name !== LOCK && !INCIDENTAL.test(name)))
      throw new StoreError('not_a_store', `${dir} holds other things. Give a directory of its own.`);
  } catch (error) {
    throw toStoreError(error, dir);
  }
}

/** One level after the other: where none can be made, as in /proc, the recursive mkdir of Node.js never ends. */
function makeLevels(dir: string): void {
  if (existsSync(dir)) return;
  makeLevels(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

/** So that new files are found again after a loss of power. */
export function syncDirectory(dir: string): void {
  for (const path of [dir, dirname(dir)]) {
    try {
      const directory = openSync(path, 'r');
      try {
        fsyncSync(directory);
      } finally {
        closeSync(directory);
      }
    } catch {
      // Not every system lets directories be opened or synchronised; those that do not, do it by themselves.
    }
  }
}

/** Zero when nothing is there. */
function sizeOf(path: string, kind: 'directory' | 'file'): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (kind === 'directory' ? found.isDirectory() : found.isFile())
    return kind === 'directory' ? 1 : found.size;
  throw new StoreError('not_a_store', `${path} is no ${kind}.`);
}

/** The file only ever grows while others write, so its size before the header was read is enough. */
function checkDataFile(dir: string, size: number): void {
  const file = openSync(join(dir, DATA), 'r');
  try {
    const { pageSize, pages, trees } = newestMeta(file, dir);
    const short = BigInt(size) < pages * BigInt(pageSize);
    if (short && !everyPageIsThere(file, size, pageSize, trees)) throw damaged(dir);
  } finally {
    closeSync(file);
  }
}

/** The newer of the two headers: the state that the database is in. */
function newestMeta(file: number, dir: string) {
  const first = readMeta(file, 0);
  if (first.magic !== MAGIC)
    throw new StoreError('not_a_store', `The store in ${dir} was not written by this software.`);
  if (first.format !== DATA_FORMAT)
    throw new StoreError('newer_format', `The database in ${dir} was written by another version of LMDB.`);
  if (!isPageSize(first.pageSize)) throw damaged(dir);
  const second = readMeta(file, first.pageSize);
  if (!first.whole || !second.whole || second.magic !== MAGIC) throw damaged(dir);
  const newest = second.transaction > first.transaction ? second : first;
  return { ...newest, pageSize: first.pageSize };
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

/** What the file is too short for counts as zeros, and as not whole. */
function readMeta(file: number, at: number) {
  const bytes = new Uint8Array(META.end);
  const whole = readSync(file, bytes, 0, META.end, at) === META.end;
  const view = new DataView(bytes.buffer);
  const treeAt = (start: number): Tree => ({
    depth: view.getUint16(start + 6, LITTLE_ENDIAN),
    overflowPages: view.getBigUint64(start + 24, LITTLE_ENDIAN),
    root: view.getBigUint64(start + 40, LITTLE_ENDIAN),
  });
  return {
    whole,
    magic: view.getUint32(META.magic, LITTLE_ENDIAN),
    format: view.getUint32(META.version, LITTLE_ENDIAN) & 0xffff,
    pageSize: view.getUint32(META.trees, LITTLE_ENDIAN),
    trees: [treeAt(META.trees), treeAt(META.trees + TREE_BYTES)],
    pages: view.getBigUint64(META.lastPage, LITTLE_ENDIAN) + 1n,
    transaction: view.getBigUint64(META.transaction, LITTLE_ENDIAN),
  };
}

function damaged(dir: string): StoreError {
  return new StoreError('damaged', `The store in ${dir} was cut off or damaged. Restore a backup.`);
}
