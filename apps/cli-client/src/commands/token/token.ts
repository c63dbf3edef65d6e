/**
 * `countersign token`: a token for a service, on standard output and nothing else there.
 *
 * 1. one that was issued before and is still valid for half a minute
 * 2. otherwise a login, which only a terminal or options can answer: standard input is that of the program that wants the
 *    token
 * 3. the new token is kept for the next time
 */
import type { KeptToken } from '@countersign/auth-client/kept-tokens';
import { isoTime, printJson, printLine } from '@countersign/terminal';
import { keptTokens } from '../../connection.ts';
import { type Context, callThere, serverOf } from '../../context.ts';
import { mustBeAbleToAsk } from '../../sign-in/needed.ts';
import { signedIn } from '../../sign-in/sign-in.ts';
import type { TokenOptions } from './command-line.ts';

export interface TokenRequest extends TokenOptions {
  /** With `--format git`: what git asks for. */
  readonly operation?: string | undefined;
  /** `false` if the program that wants the token reports that no user is present. */
  readonly mayAsk?: boolean | undefined;
}

/** Prints a token. `isNew`: it was just issued. */
export type Deliver = (token: KeptToken, isNew: boolean) => Promise<void>;

export async function token(context: Context, audience: string, request: TokenRequest): Promise<void> {
  const { io, options } = context;
  switch (request.format) {
    case 'plain':
      return withToken(context, audience, request, ({ username, token, expiresAt }, isNew) =>
        options.json
          ? printJson(io, {
              event: 'token',
              username,
              audience,
              token,
              expiresAt: isoTime(expiresAt),
              new: isNew,
            })
          : printLine(io, token),
      );
    case 'kubectl': {
      const { forKubectl } = await import('./kubectl.ts');
      return forKubectl(context, audience, request);
    }
    case 'git': {
      const { forGit } = await import('./git.ts');
      return forGit(context, audience, request);
    }
  }
}

/**
 * Finds a token or logs in for one.
 *
 * @throws {CliError} login_needed
 */
export async function withToken(
  context: Context,
  audience: string,
  { user, minutes, fresh = false, cache, mayAsk }: TokenRequest,
  deliver: Deliver,
): Promise<void> {
  const server = serverOf(context);
  const now = () => Math.floor(context.io.now() / 1000);
  const kept = cache ? await keptTokens(context) : undefined;
  const found = fresh ? undefined : await kept?.find({ server, audience, username: user }, now());
  if (found) return deliver(found, false);
  const why = whyNotKept(context, audience, { user, isWanted: cache && !fresh, isUsable: kept?.isUsable });
  mustBeAbleToAsk(context, { user, mayAsk, why });
  await signedIn(context, { name: user }, async (session) => {
    const seconds = minutes === undefined ? undefined : 60 * minutes;
    const issued = await session.issueToken({ audience, seconds });
    const token = { server, username: session.username, audience, ...issued };
    await kept?.keep(token, now());
    await deliver(token, true);
  });
}

/** Returns why a login is needed, for a message where none can be asked for. */
function whyNotKept(
  context: Context,
  audience: string,
  {
    user,
    isWanted,
    isUsable = false,
  }: { user: string | undefined; isWanted: boolean; isUsable?: boolean | undefined },
): string {
  const noTerminal = 'and there is no terminal to ask on.';
  const first = callThere(context, 'token', audience, ...(user === undefined ? [] : ['--user', user]));
  if (!isWanted)
    return `--fresh and --no-cache need a login, ${noTerminal} Leave them out, and run first: ${first}`;
  if (isUsable) return `No token for ${audience} is kept, ${noTerminal} Run first: ${first}`;
  return `Tokens cannot be kept here, ${noTerminal} They are kept in XDG_RUNTIME_DIR (on macOS TMPDIR), which must name a folder of yours; on Windows they are not kept.`;
}
