/** A folder of small JSON files for the user alone: one for each key, named by the hash of the key. */
import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Of a server's key: `sha256:` and 43 characters. */
export const pinSchema = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/);

/** Methods reject with errors of the file system, or with `DamagedFileError`. */
export class OwnFolder<T> {
  readonly dir: string;
  readonly #schema: z.ZodType<T>;

  constructor(dir: string, schema: z.ZodType<T>) {
    this.dir = dir;
    this.#schema = schema;
  }

  pathOf(key: string): string {
    return join(this.dir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  async paths(): Promise<string[]> {
    const names = await readdir(this.dir).catch(noneIfMissing);
    return (names ?? []).filter((name) => name.endsWith('.json')).map((name) => join(this.dir, name));
  }

  /** @returns `undefined` when the file does not exist */
  async read(path: string): Promise<T | undefined> {
    const text = await readFile(path, 'utf8').catch(noneIfMissing);
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new DamagedFileError(path, { cause });
    }
  }

  /**
   * Writes the file (0600) beside its place and renames it, so that two programs at once never damage what the other
   * wrote.
   */
  async write(path: string, value: T): Promise<void> {
    await makeFolder(this.dir);
    const there = await lstat(path).catch(noneIfMissing);
    if (there && !there.isFile()) throw new DamagedFileError(path);
    const beside = `${path}.${randomUUID()}`;
    try {
      await writeFile(beside, `${JSON.stringify(value)}\n`, { mode: 0o600, flag: 'wx', flush: true });
      await rename(beside, path);
    } finally {
      await rm(beside, { force: true });
    }
  }
}

/** A file with other content, or a link or directory in its place. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';

  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is damaged`, options);
  }
}

/** With all folders above it. `mkdir` with `recursive` never ends below /proc, where no folder can be made. */
async function makeFolder(dir: string): Promise<void> {
  const make = () =>
    mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  try {
    await make();
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    await make();
  }
}

/** For `catch`: `undefined` when the error says that the file does not exist. */
export function noneIfMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
