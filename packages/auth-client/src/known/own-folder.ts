/** A folder of small JSON files for the user alone: one for each key, named by the hash of the key. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
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

  /** @returns `undefined` when there is no file for the key */
  find(key: string): Promise<T | undefined> {
    return this.#read(this.#pathOf(key));
  }

  /**
   * Returns all values.
   *
   * @param damaged what happens to files that cannot be read
   */
  async list(damaged: 'refused' | 'skipped'): Promise<T[]> {
    const read = (path: string) =>
      damaged === 'refused' ? this.#read(path) : this.#read(path).catch(() => undefined);
    const values = await Promise.all((await this.#paths()).map(read));
    return values.filter((value) => value !== undefined);
  }

  async keep(key: string, value: T): Promise<void> {
    await (this.#isPrivate ? makePrivateFolder : makeFolder)(this.dir);
    await placeBytes({ path: this.#pathOf(key), mode: 0o600, replace: true }, `${JSON.stringify(value)}\n`);
  }

  /**
   * Removes the file of a key, also a damaged one.
   *
   * @returns whether there was one
   */
  async remove(key: string): Promise<boolean> {
    return (await rm(this.#pathOf(key)).then(() => true, noneIfMissing)) ?? false;
  }

  /**
   * Removes files.
   *
   * @param isMeant receives `undefined` for a damaged one
   * @returns how many there were
   */
  async removeIf(isMeant: (value: T | undefined) => boolean): Promise<number> {
    let count = 0;
    for (const path of await this.#paths()) {
      if (!isMeant(await this.#read(path).catch(() => undefined))) continue;
      await rm(path, { force: true });
      count += 1;
    }
    return count;
  }

  #pathOf(key: string): string {
    return join(this.dir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  }

  /** Returns the paths of the files; none if the folder does not exist. */
  async #paths(): Promise<string[]> {
    if (this.#isPrivate) await checkPrivateFolder(this.dir).catch(noneIfMissing);
    const names = await readdir(this.dir).catch(noneIfMissing);
    return (names ?? []).filter((name) => name.endsWith('.json')).map((name) => join(this.dir, name));
  }

  async #read(path: string): Promise<T | undefined> {
    const reading = this.#isPrivate ? readPrivateFile(path, { most: MOST_BYTES }) : readFile(path, 'utf8');
    const text = await reading.catch(noneIfMissing);
    if (text === undefined) return undefined;
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new DamagedFileError(path, { cause });
    }
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
function noneIfMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}
