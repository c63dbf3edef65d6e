/** A look at LMDB's file before it is opened: the library trusts what it maps, and ends the process over a foreign file. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Where the magic number of the first meta page lies, and what it is. */
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;
/** Two meta pages of the smallest size. */
const LEAST_BYTES = 8192;

/** Whether it begins like a file of LMDB. An empty one will be one. Throws the system's errors. */
export function isLmdbFile(path: string): boolean {
  const bytes = Buffer.alloc(LEAST_BYTES);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, bytes, 0, LEAST_BYTES, 0);
    return length === 0 || (length === LEAST_BYTES && bytes.readUInt32LE(MAGIC_OFFSET) === MAGIC);
  } finally {
    closeSync(file);
  }
}
