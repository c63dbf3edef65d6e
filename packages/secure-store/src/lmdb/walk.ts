/**
 * A database read in another process first: LMDB trusts the offsets and sizes in its pages, and ends the process with a signal when
 * somebody forged one.
 *
 * 1. While another process has the database open, nothing is read: it would have met the forgery itself.
 * 2. Otherwise a child opens it and reads rows in the order of their keys, so the ring and the slots first, up to a number
 *    of rows that keeps opening a large store fast.
 * 3. A child that ends with a signal of a fault means `damaged`. An error that LMDB reports is left to the reader, who gets the same.
 */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';

/** A store of up to so many rows is read whole. */
export const WALKED_ROWS = 100_000;

const FAULTS: ReadonlySet<unknown> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGTRAP', 'SIGFPE']);
/** The child's exit code when branches lead to more rows than the file has room for. */
const ENDLESS = 9;
const LEAST_ROW_BYTES = 16;
/** For the child, in milliseconds: a large store on a slow disk takes minutes to read whole. */
const LIMIT = 1_800_000;

/** Of the child; it is given the library, the directory, how many rows to read, and how many there can be. */
const CHILD = `
const [, library, path, rows, possible] = process.argv;
const database = require(library).open({
  path, readOnly: true, noSubdir: false, encoding: 'binary', keyEncoding: 'binary',
});
let read = 0;
for (const _ of database.getRange({ limit: Number(rows) }))
  if ((read += 1) > Number(possible)) process.exit(${ENDLESS});
`;

/**
 * @param rows how many to read at most
 * @throws {StoreError} damaged when reading the database ends a process
 * @throws {StoreError} backend_gone when no process could be started to find out, or it did not end
 */
export async function walkFirst(dir: string, rows: number): Promise<void> {
  if (isInUse(dir)) return;
  const { ended, error } = await runChild(dir, rows);
  if (FAULTS.has(ended) || ended === ENDLESS)
    throw new StoreError('damaged', `The store in ${dir} is damaged or was tampered with. Restore a backup.`);
  if (typeof ended === 'number') return;
  throw new StoreError('backend_gone', `The store in ${dir} could not be read in another process first.`, {
    cause: error,
  });
}

async function runChild(dir: string, rows: number): Promise<{ ended: unknown; error?: unknown }> {
  const library = createRequire(import.meta.url).resolve('lmdb');
  const possible = Math.floor(statSync(join(dir, 'data.mdb')).size / LEAST_ROW_BYTES);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const limit = Number.isFinite(rows) ? rows : Number.MAX_SAFE_INTEGER;
  const args = ['-e', CHILD, library, dir, String(limit), String(possible)];
  return await new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout: LIMIT, killSignal: 'SIGKILL' }, (error) => {
      if (error === null) resolve({ ended: 0 });
      else resolve({ ended: error.signal ?? error.code, error });
    });
  });
}

/** Known on Linux only, which lists the locks of all processes. LMDB keeps one on its lock file as long as it is open. */
function isInUse(dir: string): boolean {
  try {
    const { dev, ino } = statSync(join(dir, 'lock.mdb'));
    const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
    const hex = (number: number) => number.toString(16).padStart(2, '0');
    return readFileSync('/proc/locks', 'utf8').includes(` ${hex(major)}:${hex(minor)}:${ino} `);
  } catch {
    return false;
  }
}
