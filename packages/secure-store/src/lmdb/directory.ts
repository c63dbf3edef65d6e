/**
 * Checks an LMDB directory before the library opens it. The library crashes the process when the lock file is
 * not writable, when the data file is foreign, or when it reads pages that were cut off.
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
 * Offsets in a data file of format 2, as written on 64-bit hosts: a page header of 24 bytes, then the meta
 * data with two trees, for free pages and for rows. The first tree begins with the page size.
 */
const META = { magic: 24, version: 28, trees: 48, lastPage: 144, transaction: 152, end: 168 };
const TREE_BYTES = 48;
const MAGIC = 0xbeefc0de;
const DATA_FORMAT = 2;

/**
 * Returns whether the directory holds a database.
 *
 * @throws {StoreError} not_a_store
 * @throws {StoreError} read_only
 * @throws {StoreError} damaged
 * @throws {StoreError} newer_format
 */
export function holdsDatabase(dir: string): boolean {
  try {
    if (!sizeOf(dir, 'directory')) return false;
    const size = sizeOf(join(dir, DATA), 'file');
    if (size === 0) {
      refuseOtherThings(dir);
      return false;
    }
    const wanted = isMountedReadOnly(dir) ? constants.R_OK : constants.R_OK | constants.W_OK;
    accessSync(join(dir, DATA), wanted);
    const locked = sizeOf(join(dir, LOCK), 'file') > 0;
    accessSync(locked ? join(dir, LOCK) : dir, wanted);
    checkDataFile(dir, size);
    return true;
  } catch (error) {
    throw toStoreError(error, dir);
  }
}

/** Returns whether the file system is mounted read-only; permissions do not count. */
export function isMountedReadOnly(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS';
  }
}

/** Returns an identifier of the data file that survives a rename; `undefined` without a file. */
export function fileIdOf(dir: string): string | undefined {
  const found = statSync(join(dir, DATA), { throwIfNoEntry: false, bigint: true });
  return found && `${found.dev}:${found.ino}`;
}

/** Entries that volumes, snapshots and file managers leave in an otherwise empty directory. */
const INCIDENTAL = /^(?:lost\+found$|\.)/;

/**
 * Creates the directory with mode 0700. An existing directory is accepted if it is empty.
 *
 * @throws {StoreError} not_a_store
 * @throws {StoreError} read_only
 * @throws {StoreError} full
 */
export function makeDirectory(dir: string): void {
  try {
    makeLevels(dir);
    accessSync(dir, constants.R_OK | constants.W_OK);
    refuseOtherThings(dir);
  } catch (error) {
    throw toStoreError(error, dir);
  }
}

function refuseOtherThings(dir: string): void {
  if (readdirSync(dir).some((name) => name !== DATA && name !== LOCK && !INCIDENTAL.test(name)))
    throw new StoreError('not_a_store', `${dir} holds other things. Use an empty directory.`);
}

/** One level at a time: where creating fails, as in /proc, Node's recursive mkdir never returns. */
function makeLevels(dir: string): void {
  if (existsSync(dir)) return;
  makeLevels(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

/** Makes new files durable, so that they survive power loss. */
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
      // Not every system allows a directory to be opened or synced. Those that do not sync it automatically.
    }
  }
}

/** Returns the size of a file (1 for a directory), or 0 when it does not exist. */
function sizeOf(path: string, kind: 'directory' | 'file'): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (kind === 'directory' ? found.isDirectory() : found.isFile())
    return kind === 'directory' ? 1 : found.size;
  throw new StoreError('not_a_store', `${path} is not a ${kind}.`);
}

/** The file only grows while others write, so it is enough to take its size before the header is read. */
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

/** Returns the newer of the two headers, which describes the current state of the database. */
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

/** Reads one header. Bytes past the end of the file count as zeros and make it not `whole`. */
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
  return new StoreError('damaged', `The store in ${dir} was truncated or damaged. Restore a backup.`);
}
