/** A folder of small JSON files for the user alone: one for each key, named by the hash of the key. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, makeFolder, placeBytes } from '@countersign/own-files';
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

  async write(path: string, value: T): Promise<void> {
    await makeFolder(this.dir);
    await placeBytes({ path, mode: 0o600, replace: true }, `${JSON.stringify(value)}\n`);
  }
}

/** The file has other content. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';

  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is damaged`, options);
  }
}

/** For `catch`: `undefined` when the error says that the file does not exist. */
export function noneIfMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}
