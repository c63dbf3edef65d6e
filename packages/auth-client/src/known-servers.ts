/**
 * The servers this user has logged in to, each with the pin that was proven by the password then. One small file a
 * server, written beside and renamed, so that two clients at once never damage what the other wrote.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClientError } from './errors.ts';
import { noneIfMissing, placeOwnFile } from './own-files.ts';

const knownServerSchema = z.strictObject({
  server: z.string().max(300),
  pin: z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/),
  /** Unix seconds. */
  since: z.int().min(0),
  lastUsed: z.int().min(0),
});
export type KnownServer = z.output<typeof knownServerSchema>;

export class KnownServers {
  readonly #dir: string;

  /** `dir` is made (0700) with the first server that is remembered. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @throws ClientError `known_servers_damaged`: a pin that cannot be read is never taken for none. */
  async find(server: string): Promise<KnownServer | undefined> {
    return this.#read(this.#path(server));
  }

  async list(): Promise<KnownServer[]> {
    const names = await readdir(this.#dir).catch(noneIfMissing);
    const files = (names ?? []).filter((name) => name.endsWith('.json'));
    const read = await Promise.all(files.map((name) => this.#read(join(this.#dir, name))));
    return read.filter((known) => known !== undefined).sort((a, b) => a.server.localeCompare(b.server));
  }

  /** Remembers the pin that was just proven; `now` in unix seconds. */
  async remember(server: string, pin: string, now: number): Promise<void> {
    const before = await this.find(server);
    const since = before?.pin === pin ? before.since : now;
    const known: KnownServer = { server, pin, since, lastUsed: now };
    const path = this.#path(server);
    if (!(await placeOwnFile(path, `${JSON.stringify(known)}\n`)))
      throw new ClientError('known_servers_damaged', `${path} is not a file`);
  }

  /** Forgets a server; `false` when it was not known. A damaged file is removed too. */
  async forget(server: string): Promise<boolean> {
    try {
      await rm(this.#path(server));
      return true;
    } catch (error) {
      noneIfMissing(error);
      return false;
    }
  }

  async #read(path: string): Promise<KnownServer | undefined> {
    const text = await readFile(path, 'utf8').catch(noneIfMissing);
    if (text === undefined) return undefined;
    try {
      return knownServerSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new ClientError('known_servers_damaged', `${path} is not a remembered server`, { cause });
    }
  }

  #path(server: string): string {
    return join(this.#dir, `${createHash('sha256').update(server).digest('hex').slice(0, 32)}.json`);
  }
}
