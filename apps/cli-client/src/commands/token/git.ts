/**
 * A token for git, which runs this program as a credential helper (gitcredentials(7)) and sends the token as the password of
 * HTTP Basic authentication. The attributes of the request are lines `key=value` on standard input.
 */
import { EXIT, plain, printLine, problem, readSecretStream } from '@countersign/terminal';
import { type Context, serverOf } from '../../context.ts';
import { TokenCache } from './cache.ts';
import { type TokenRequest, withToken } from './token.ts';

/** More than git sends. */
const MOST_BYTES = 65_536;

type Attributes = ReadonlyMap<string, string>;

export async function forGit(context: Context, audience: string, request: TokenRequest): Promise<void> {
  const attributes = await readAttributes(context);
  // A helper that is configured for all servers must send the token to no other server.
  if (!isFor(attributes, audience)) return;
  const { operation } = request;
  if (operation === 'get') await get(context, audience, request, attributes);
  else if (operation === 'erase') await erase(context, audience, attributes);
}

async function get(
  context: Context,
  audience: string,
  request: TokenRequest,
  attributes: Attributes,
): Promise<void> {
  const { io } = context;
  try {
    await withToken(context, audience, request, async ({ username, token, expiresAt }) => {
      if (!attributes.has('username')) await printLine(io, `username=${plain(username)}`);
      await printLine(io, `password=${token}`);
      await printLine(io, `password_expiry_utc=${expiresAt}`);
    });
  } catch (error) {
    // Otherwise git asks for a password, which no service of Countersign accepts.
    await printLine(io, 'quit=1');
    throw error;
  }
}

/** Forgets a token that the service has refused. One that was issued in the meantime stays. */
async function erase(context: Context, audience: string, attributes: Attributes): Promise<void> {
  const token = attributes.get('password');
  if (token === undefined) return;
  await new TokenCache(context).forget({ server: serverOf(context), audience, token });
}

/** Whether git asks for the server of the audience. */
function isFor(attributes: Attributes, audience: string): boolean {
  const url = URL.canParse(audience) ? new URL(audience) : undefined;
  return (
    url !== undefined &&
    `${attributes.get('protocol')}:` === url.protocol &&
    attributes.get('host')?.toLowerCase() === url.host
  );
}

/**
 * Reads the attributes. One that is there twice is refused: a line break that was smuggled into a URL must not turn the host
 * that git asks for into another one. Names with `[]` are lists.
 *
 * @throws {CliError} bad_input
 */
async function readAttributes({ io }: Context): Promise<Attributes> {
  const bytes = await readSecretStream(io, MOST_BYTES);
  const text = Buffer.from(bytes).toString('utf8');
  bytes.fill(0);
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.some((line) => !line.includes('=')))
    throw problem(
      'bad_input',
      EXIT.usage,
      'Standard input contains a line that is not key=value, the form that git writes.',
    );
  const attributes = new Map<string, string>();
  for (const line of lines) {
    const [name, value] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
    if (attributes.has(name) && !name.endsWith('[]'))
      throw problem('bad_input', EXIT.usage, 'Standard input contains an attribute twice.');
    attributes.set(name, value);
  }
  return attributes;
}
