/** Creates folders for the user alone. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a folder (0700), and all folders above it that are missing, one by one: where none can be created, as in /proc,
 * Node's recursive mkdir never returns.
 * @throws {Error} the system's `code`
 */
export async function makeFolder(dir: string): Promise<void> {
  if (existsSync(dir)) return;
  await makeFolder(dirname(dir));
  await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
    if (!existsSync(dir)) throw error;
  });
}
