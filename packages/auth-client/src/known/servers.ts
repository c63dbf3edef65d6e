/** The servers that a user has logged in to, each with the pin of the key that the password proved. One file a server. */
import { z } from 'zod';
import { ClientError } from '../errors.ts';
import { DamagedFileError, OwnFolder, pinSchema } from './own-folder.ts';

const knownServerSchema = z.strictObject({
  server: z.string().max(300),
  pin: pinSchema,
  /** Unix seconds. */
  since: z.int().min(0),
  lastUsed: z.int().min(0),
});

/** A server as it is remembered; times in Unix seconds. */
export type KnownServer = z.output<typeof knownServerSchema>;

/**
 * Remembers the pins of servers in a folder. A pin that cannot be read never counts as none: every method throws
 * `known_servers_damaged` for a file with other content, and `known_servers_unreadable` when the system refuses to read
 * or write.
 */
export class KnownServers {
  readonly #folder: OwnFolder<KnownServer>;

  /** @param dir is made (0700) with the first server that is remembered */
  constructor(dir: string) {
    this.#folder = new OwnFolder(dir, knownServerSchema);
  }

  get dir(): string {
    return this.#folder.dir;
  }

  /**
   * Finds a server as `formatServer` writes it.
   * @throws {ClientError} known_servers_damaged, known_servers_unreadable
   */
  find(server: string): Promise<KnownServer | undefined> {
    return this.#coded(() => this.#folder.find(server));
  }

  /**
   * Returns all of them, by name.
   *
   * @throws {ClientError} known_servers_damaged, known_servers_unreadable
   */
  list(): Promise<KnownServer[]> {
    return this.#coded(async () =>
      (await this.#folder.list('refused')).sort((a, b) => a.server.localeCompare(b.server)),
    );
  }

  /**
   * Remembers a pin that was just proven.
   * @param now Unix seconds
   * @throws {ClientError} known_servers_damaged, known_servers_unreadable
   */
  async remember(server: string, pin: string, now: number): Promise<void> {
    const before = await this.find(server);
    const since = before?.pin === pin ? before.since : now;
    await this.#coded(() => this.#folder.keep(server, { server, pin, since, lastUsed: now }));
  }

  /**
   * Forgets a server, also one whose file is damaged.
   * @returns whether it was known
   * @throws {ClientError} known_servers_unreadable
   */
  forget(server: string): Promise<boolean> {
    return this.#coded(() => this.#folder.remove(server));
  }

  async #coded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof DamagedFileError)
        throw new ClientError('known_servers_damaged', cause.message, { cause });
      const message = `the remembered pins in ${this.dir} cannot be read`;
      throw new ClientError('known_servers_unreadable', message, { cause });
    }
  }
}
