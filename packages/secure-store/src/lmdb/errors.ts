/** Translates errors from LMDB and the file system into `StoreError`s. */
import { statfsSync } from 'node:fs';
import { StoreError, type StoreErrorCode } from '../errors.ts';

type Saying = readonly [code: StoreErrorCode, sentence: string];

const FULL: Saying = ['full', 'has no space left. Nothing was changed. Free some space and try again'];
const READ_ONLY: Saying = [
  'read_only',
  'cannot be written. Check the owner and permissions of the directory and its files',
];
const DAMAGED: Saying = ['damaged', 'is damaged. Restore a backup'];
const FOREIGN: Saying = ['not_a_store', 'was not written by this software'];

/** By the code of the file system, or the number of the system or of LMDB. */
const SAYINGS = new Map<unknown, Saying>([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', 28, 122, 27, -30792].map((code) => [code, FULL] as const),
  ...['EACCES', 'EPERM', 'EROFS', 13, 1, 30].map((code) => [code, READ_ONLY] as const),
  ...[-30797, -30796].map((code) => [code, DAMAGED] as const),
  ...[-30793, -30794].map((code) => [code, FOREIGN] as const),
]);

/** Bytes of free space below which the disk counts as full: LMDB writes several pages at a time. */
const NO_SPACE = 1024 * 1024;
const INPUT_OUTPUT = 5;

/** @param freeSpace returns the free space on the disk of a directory, in bytes */
export function toStoreError(error: unknown, dir: string, freeSpace = freeSpaceAt): StoreError {
  if (error instanceof StoreError) return error;
  let code = error instanceof Error && 'code' in error ? error.code : undefined;
  // For a write that the system completed only in part, LMDB reports just that it failed.
  if (code === INPUT_OUTPUT && freeSpace(dir) < NO_SPACE) code = 'ENOSPC';
  const [storeCode, sentence] = SAYINGS.get(code) ?? ['backend_gone', 'cannot be used'];
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
