/**
 * Reads a database in a child process first. LMDB trusts the offsets and sizes in its pages, and a forged one
 * crashes the process.
 *
 * 1. If another process has the database open, nothing is read: that process would have run into the forgery
 *    itself.
 * 2. Otherwise a child opens the database and reads rows in key order, so the ring and the slots come first.
 *    The number of rows is limited, so that a large store still opens quickly.
 * 3. A child killed by a fault signal means `damaged`. An error that LMDB reports is ignored here: the reader
 *    will get the same one.
 */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';

/** The default limit. A store with fewer rows is read completely. */
export const WALKED_ROWS = 100_000;

const FAULTS: ReadonlySet<unknown> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGTRAP', 'SIGFPE']);
/** The child's exit code when the branches lead to more rows than fit into the file. */
const ENDLESS = 9;
const LEAST_ROW_BYTES = 16;
/** Time limit of the child, in milliseconds. Reading a large store on a slow disk takes minutes. */
const LIMIT = 1_800_000;

/** The child's program: library, directory, rows to read, and rows that fit into the file. */
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
 * Reads the database in a child process.
 *
 * @param rows the maximum number of rows to read
 * @throws {StoreError} damaged if reading the database crashes the child
 * @throws {StoreError} backend_gone if the child could not be started or did not end
 */
export async function walkFirst(dir: string, rows: number): Promise<void> {
  if (isInUse(dir)) return;
  const { ended, error } = await runChild(dir, rows);
  if (FAULTS.has(ended) || ended === ENDLESS)
    throw new StoreError('damaged', `The store in ${dir} is damaged or was tampered with. Restore a backup.`);
  if (typeof ended === 'number') return;
  throw new StoreError('backend_gone', `A child process could not check the store in ${dir}.`, {
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

/**
 * Returns whether another process has the database open. Only Linux lists the file locks of all processes;
 * LMDB holds one on its lock file while it is open.
 */
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
