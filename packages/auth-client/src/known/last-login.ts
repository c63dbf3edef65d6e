/** The server and user name of the last completed login, to be offered as defaults. Loads no other part of this package. */
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, placeBytes } from '@countersign/own-files';
import { formatServer, parseServer, type ServerAddress } from '../server-address.ts';

/** A login that both factors have completed. */
export interface LastLogin {
  readonly server: ServerAddress;
  readonly username: string;
}

/** Keeps the last login in a file. Without a path it keeps none. */
export class LastLoginFile {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Returns the last login. A file that cannot be read counts as none. */
  async read(): Promise<LastLogin | undefined> {
    if (this.#path === undefined) return undefined;
    try {
      const { server, username }: Record<string, unknown> = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof server !== 'string' || typeof username !== 'string') return undefined;
      return { server: parseServer(server), username };
    } catch {
      return undefined;
    }
  }

  /** Remembers a login in place of the one before. If that fails, the user is asked as before. */
  async remember({ server, username }: LastLogin): Promise<void> {
    const path = this.#path;
    if (path === undefined) return;
    const text = `${JSON.stringify({ server: formatServer(server), username })}\n`;
    const place = () => placeBytes({ path, mode: 0o600, replace: true }, text);
    await makeFolder(dirname(path))
      .then(place)
      .catch(() => undefined);
  }

  /** Forgets the last login if it was at this server, as `formatServer` writes it. */
  async forget(server: string): Promise<void> {
    const last = await this.read();
    if (this.#path !== undefined && last && formatServer(last.server) === server)
      await rm(this.#path, { force: true });
  }
}
