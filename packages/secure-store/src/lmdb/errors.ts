/** Translates errors from LMDB and the file system into `StoreError`s. */
import { statfsSync } from 'node:fs';
import { StoreError } from '../errors.ts';

const PROBLEMS = new Map<string | number, () => StoreErrorArguments>([
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EFBIG', full],
  [28, full],
  [122, full],
  [27, full],
  [-30792, full],
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['EROFS', readOnly],
  [13, readOnly],
  [1, readOnly],
  [30, readOnly],
  [-30797, damaged],
  [-30796, damaged],
  [-30793, foreign],
  [-30794, foreign],
]);

type StoreErrorArguments = readonly [code: ConstructorParameters<typeof StoreError>[0], sentence: string];

/** Bytes of free space below which the disk counts as full: LMDB writes several pages at a time. */
const NO_SPACE = 1024 * 1024;
const INPUT_OUTPUT = 5;

/** @param freeSpace returns the free space on the disk of a directory, in bytes */
export function toStoreError(error: unknown, dir: string, freeSpace = freeSpaceAt): StoreError {
  if (error instanceof StoreError) return error;
  let code = error instanceof Error && 'code' in error ? error.code : undefined;
  // For a write that the system completed only in part, LMDB reports just that it failed.

  if (code === INPUT_OUTPUT && freeSpace(dir) < NO_SPACE) code = 'ENOSPC';
  const problem = typeof code === 'string' || typeof code === 'number' ? PROBLEMS.get(code) : undefined;
  const [storeCode, sentence] = problem?.() ?? ['backend_gone', 'cannot be used'];
  return new StoreError(storeCode, `The store in ${dir} ${sentence}.`, { cause: error });
}

function freeSpaceAt(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function full(): StoreErrorArguments {
  return ['full', 'has no space left. Nothing was changed; make room and try again'];
}

function readOnly(): StoreErrorArguments {
  return ['read_only', 'cannot be written. Check the owner and permissions of the directory and its files'];
}

function damaged(): StoreErrorArguments {
  return ['damaged', 'is damaged. Restore a backup'];
}

function foreign(): StoreErrorArguments {
  return ['not_a_store', 'was not written by this software'];
}
