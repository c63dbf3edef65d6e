/** Key files: random bytes that open the store in place of a passphrase, for servers that start without anybody there. */
import { open } from 'node:fs/promises';
import { existingKeyFile, keyFileTooOpen, unreadableFile, unusableKeyFile } from './ui/errors.ts';

const LEAST_BYTES = 32;
const MOST_BYTES = 4096;
const OF_OTHERS = 0o077;

/** Rejects with CliError, exit 2, also when others than its owner can read or write it. */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadableFile(path, error);
  });
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && mode & OF_OTHERS) throw keyFileTooOpen(path);
    if (size < LEAST_BYTES || size > MOST_BYTES) throw unusableKeyFile(path, LEAST_BYTES, MOST_BYTES);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

/** Makes a new one, for its owner alone. Rejects with CliError, exit 2, when something is there. */
export async function makeKeyFile(
  path: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw existingKeyFile(path, error);
  });
  try {
    const bytes = randomBytes(LEAST_BYTES);
    await file.writeFile(bytes);
    await file.sync();
    return bytes;
  } finally {
    await file.close();
  }
}
