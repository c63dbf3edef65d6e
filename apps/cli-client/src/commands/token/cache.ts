/**
 * Keeps tokens until the user logs out of this computer. Where that is not safe, nothing is kept: a
 * warning says so, once, and each command logs in.
 */
import { type KeptToken, KeptTokens, type TokenQuery } from '@countersign/auth-client/kept-tokens';
import { runtimeFolder, sentence, systemReason, warn } from '@countersign/terminal';
import type { Context } from '../../context.ts';

/** For users without a place to keep them. */
export const HOW_TO_KEEP =
  'They are kept in XDG_RUNTIME_DIR (on macOS TMPDIR), which must name a folder of yours; on Windows they are not kept.';

export class TokenCache {
  readonly #io: Context['io'];
  /** `undefined` from the first failure on. */
  #tokens: KeptTokens | undefined;

  constructor({ io }: Pick<Context, 'io'>) {
    this.#io = io;
    const dir = runtimeFolder('countersign', io.env);
    this.#tokens = dir === undefined ? undefined : new KeptTokens(dir);
  }

  /** Whether tokens can be kept, as far as is known. */
  get isUsable(): boolean {
    return this.#tokens !== undefined;
  }

  find(query: TokenQuery): Promise<KeptToken | undefined> {
    return this.#use((tokens, now) => tokens.find(query, now));
  }

  async keep(token: KeptToken): Promise<void> {
    await this.#use((tokens, now) => tokens.keep(token, now));
  }

  /** @returns how many there were */
  async forget(query: TokenQuery): Promise<number> {
    return (await this.#use((tokens) => tokens.forget(query))) ?? 0;
  }

  async #use<T>(task: (tokens: KeptTokens, now: number) => Promise<T>): Promise<T | undefined> {
    const tokens = this.#tokens;
    if (!tokens) return undefined;
    try {
      return await task(tokens, Math.floor(this.#io.now() / 1000));
    } catch (error) {
      this.#tokens = undefined;
      warn(
        this.#io,
        sentence`Tokens cannot be kept in ${tokens.dir}: ${systemReason(error)}. Each command has to log in.`,
      );
      return undefined;
    }
  }
}
