/**
 * Keeps the tokens of a user, so that a command can be repeated without a login: one file for each account, service and
 * server, in a folder that belongs to the user and that no other user can read.
 */
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { OwnFolder } from './own-folder.ts';

/** A token that expires within this many seconds is not used, since it might expire before it reaches the service. */
const MARGIN = 30;

const keptTokenSchema = z.strictObject({
  server: z.string().max(300),
  username: z.string().max(300),
  audience: z.string().max(512),
  token: z.string().max(8192),
  /** Unix seconds. */
  expiresAt: z.int().min(0),
});
/** A token, and what it is for. `server` as `formatServer` writes it. */
export type KeptToken = z.output<typeof keptTokenSchema>;

/** Selects tokens: all of a server, unless more is given. */
export type TokenQuery = Pick<KeptToken, 'server'> & {
  readonly username?: string | undefined;
  readonly audience?: string | undefined;
  readonly token?: string | undefined;
};

/**
 * Keeps tokens in a folder. Methods reject with errors of the file system, or with `NOT_OWN`, `NOT_PRIVATE` and `IS_A_LINK`
 * as `code` when another user could have created or can read the folder. A damaged file is ignored.
 */
export class KeptTokens {
  readonly #folder: OwnFolder<KeptToken>;

  /** @param dir is created for the first token; its parent must exist */
  constructor(dir: string) {
    this.#folder = new OwnFolder(dir, keptTokenSchema, { isPrivate: true });
  }

  get dir(): string {
    return this.#folder.dir;
  }

  /** Returns the token that is valid longest, if one is valid long enough. @param now Unix seconds */
  async find(query: TokenQuery, now: number): Promise<KeptToken | undefined> {
    const found = (await this.#read()).flatMap(({ kept }) => (kept && fits(kept, query) ? [kept] : []));
    return found
      .filter(({ expiresAt }) => now + MARGIN < expiresAt)
      .sort((a, b) => b.expiresAt - a.expiresAt)[0];
  }

  /** Keeps a token in place of the previous one, and removes expired tokens. @param now Unix seconds */
  async keep(token: KeptToken, now: number): Promise<void> {
    const { server, username, audience } = token;
    const path = this.#folder.pathOf(JSON.stringify([server, username, audience]));
    await this.#folder.write(path, token);
    for (const each of await this.#read())
      if (each.path !== path && (each.kept?.expiresAt ?? 0) <= now) await rm(each.path, { force: true });
  }

  /** Removes tokens. @returns how many there were */
  async forget(query: TokenQuery): Promise<number> {
    const meant = (await this.#read()).filter(({ kept }) => kept && fits(kept, query));
    for (const { path } of meant) await rm(path, { force: true });
    return meant.length;
  }

  async #read(): Promise<{ readonly path: string; readonly kept: KeptToken | undefined }[]> {
    const paths = await this.#folder.paths();
    return Promise.all(
      paths.map(async (path) => ({ path, kept: await this.#folder.read(path).catch(() => undefined) })),
    );
  }
}

function fits(kept: KeptToken, { server, username, audience, token }: TokenQuery): boolean {
  return (
    kept.server === server &&
    (username ?? kept.username) === kept.username &&
    (audience ?? kept.audience) === kept.audience &&
    (token ?? kept.token) === kept.token
  );
}
