/**
 * A token for git, which runs a program as a credential helper (gitcredentials(7)) and sends the token as the password of
 * HTTP Basic authentication. Request and answer are lines `key=value`.
 */
import { ClientError } from '../errors.ts';
import type { KeptToken } from '../known/tokens.ts';

/** What git asks for. */
export interface GitRequest {
  /** `undefined` if git asks for it too. */
  readonly username: string | undefined;
  /** A token that the service has refused, when it is to be erased. */
  readonly password: string | undefined;
  /** Whether git asks for the server of this audience: the token must be sent to no other server. */
  isFor(audience: string): boolean;
}

/**
 * Reads a request. An attribute that is there twice is refused: a line break that was smuggled into a URL must not turn the
 * host that git asks for into another one. Names with `[]` are lists.
 * @throws {ClientError} bad_input
 */
export function parseGitRequest(text: string): GitRequest {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.some((line) => !line.includes('=')))
    throw new ClientError(
      'bad_input',
      'standard input contains a line that is not key=value, the form that git writes',
    );
  const attributes = new Map<string, string>();
  for (const line of lines) {
    const [name, value] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
    if (attributes.has(name) && !name.endsWith('[]'))
      throw new ClientError('bad_input', 'standard input contains an attribute twice');
    attributes.set(name, value);
  }
  return {
    username: attributes.get('username'),
    password: attributes.get('password'),
    isFor(audience) {
      const url = URL.canParse(audience) ? new URL(audience) : undefined;
      const [protocol, host] = [attributes.get('protocol'), attributes.get('host')];
      return url !== undefined && `${protocol}:` === url.protocol && host?.toLowerCase() === url.host;
    },
  };
}

/** Returns the lines that give git a token. */
export function gitAnswer(request: GitRequest, { username, token, expiresAt }: KeptToken): string[] {
  const name = request.username === undefined ? [`username=${username}`] : [];
  return [...name, `password=${token}`, `password_expiry_utc=${expiresAt}`];
}
