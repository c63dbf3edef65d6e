/**
 * Keeps the tokens of a user, so that a command can be repeated without a login: one file for each account, service and
 * server, in a folder that belongs to the user and that no other user can read.
 */
import { z } from 'zod';
import { canonical } from './account-name.ts';
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
 * Keeps tokens in a folder. Errors are those of the file system, or have `NOT_OWN`, `NOT_PRIVATE` and `IS_A_LINK` as `code`
 * when another user could have created or can read the folder. A damaged file is ignored.
 */
export class KeptTokens {
  readonly #onProblem: ((error: unknown) => void) | undefined;
  #folder: OwnFolder<KeptToken> | undefined;

  /**
   * @param dir is created for the first token; its parent must exist. Without it nothing is kept
   * @param options `onProblem` receives the first error, after which nothing is kept; without it errors are thrown
   */
  constructor(
    dir: string | undefined,
    { onProblem }: { readonly onProblem?: (error: unknown) => void } = {},
  ) {
    this.#folder = dir === undefined ? undefined : new OwnFolder(dir, keptTokenSchema, { isPrivate: true });
    this.#onProblem = onProblem;
  }

  /** `false` once keeping a token has failed. */
  get isUsable(): boolean {
    return this.#folder !== undefined;
  }

  /**
   * Returns the token that is valid longest, if one is valid long enough.
   *
   * @param now Unix seconds
   */
  find(query: TokenQuery, now: number): Promise<KeptToken | undefined> {
    return this.#use(undefined, async (folder) =>
      (await folder.list('skipped'))
        .filter((kept) => fits(kept, query) && now + MARGIN < kept.expiresAt)
        .sort((a, b) => b.expiresAt - a.expiresAt)
        .at(0),
    );
  }

  /**
   * Keeps a token in place of the previous one, and removes expired tokens.
   *
   * @param now Unix seconds
   */
  async keep(token: KeptToken, now: number): Promise<void> {
    const { server, username, audience } = token;
    await this.#use(undefined, async (folder) => {
      await folder.keep(JSON.stringify([server, username, audience]), token);
      await folder.removeIf((kept) => kept === undefined || kept.expiresAt <= now);
    });
  }

  /**
   * Removes tokens.
   *
   * @returns how many there were
   */
  forget(query: TokenQuery): Promise<number> {
    return this.#use(0, (folder) => folder.removeIf((kept) => kept !== undefined && fits(kept, query)));
  }

  async #use<T>(none: T, task: (folder: OwnFolder<KeptToken>) => Promise<T>): Promise<T> {
    if (!this.#folder) return none;
    try {
      return await task(this.#folder);
    } catch (error) {
      if (!this.#onProblem) throw error;
      this.#folder = undefined;
      this.#onProblem(error);
      return none;
    }
  }
}

function fits(kept: KeptToken, { server, username, audience, token }: TokenQuery): boolean {
  return (
    kept.server === server &&
    (canonical(username) ?? kept.username) === kept.username &&
    (audience ?? kept.audience) === kept.audience &&
    (token ?? kept.token) === kept.token
  );
}
