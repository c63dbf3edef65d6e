/** A folder of small JSON files for the user alone: one for each key, named by the hash of the key. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkPrivateFolder,
  hasCode,
  makeFolder,
  makePrivateFolder,
  placeBytes,
  readPrivateFile,
} from '@countersign/own-files';
import { z } from 'zod';

/** Of a server's key: `sha256:` and 43 characters. */
export const pinSchema = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/);

/** More than any value has. */
const MOST_BYTES = 16_384;

/** Methods reject with errors of the file system, or with `DamagedFileError`. */
export class OwnFolder<T> {
  readonly dir: string;
  readonly #schema: z.ZodType<T>;
  readonly #isPrivate: boolean;

  /** @param options `isPrivate`: refuse a folder or file that another user could have created or can read */
  constructor(dir: string, schema: z.ZodType<T>, { isPrivate = false }: { isPrivate?: boolean } = {}) {
    this.dir = dir;
    this.#schema = schema;
    this.#isPrivate = isPrivate;
  }

  pathOf(key: string): string {
    return join(this.dir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  /** Returns the paths of the files; none if the folder does not exist. */
  async paths(): Promise<string[]> {
    if (this.#isPrivate) await checkPrivateFolder(this.dir).catch(noneIfMissing);
    const names = await readdir(this.dir).catch(noneIfMissing);
    return (names ?? []).filter((name) => name.endsWith('.json')).map((name) => join(this.dir, name));
  }

  /** @returns `undefined` when the file does not exist */
  async read(path: string): Promise<T | undefined> {
    const reading = this.#isPrivate ? readPrivateFile(path, { most: MOST_BYTES }) : readFile(path, 'utf8');
    const text = await reading.catch(noneIfMissing);
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new DamagedFileError(path, { cause });
    }
  }

  async write(path: string, value: T): Promise<void> {
    await (this.#isPrivate ? makePrivateFolder : makeFolder)(this.dir);
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
