/** A token for git, which runs this program as a credential helper. */
import { gitAnswer, parseGitRequest } from '@countersign/auth-client/credential-formats';
import { plain, printLine, readSecretStream } from '@countersign/terminal';
import { keptTokens } from '../../connection.ts';
import { type Context, serverOf } from '../../context.ts';
import { type TokenRequest, withToken } from './token.ts';

/** More than git sends. */
const MOST_BYTES = 65_536;

export async function forGit(context: Context, audience: string, request: TokenRequest): Promise<void> {
  const { io } = context;
  const bytes = await readSecretStream(io, MOST_BYTES);
  const text = Buffer.from(bytes).toString('utf8');
  bytes.fill(0);
  const asked = parseGitRequest(text);
  // A helper that is configured for all servers must send the token to no other server.
  if (!asked.isFor(audience)) return;
  if (request.operation === 'erase') {
    // The service has refused it. A token that was issued in the meantime stays.
    const token = asked.password;
    if (token !== undefined)
      await (await keptTokens(context)).forget({ server: serverOf(context), audience, token });
  }
  if (request.operation !== 'get') return;
  try {
    await withToken(context, audience, request, async (token) => {
      for (const line of gitAnswer(asked, { ...token, username: plain(token.username) }))
        await printLine(io, line);
    });
  } catch (error) {
    // Otherwise git asks for a password, which no service of Countersign accepts.
    await printLine(io, 'quit=1');
    throw error;
  }
}
