/**
 * PostgreSQL's password file (§34.16): one `host:port:database:user:password` per line, `*` matches anything,
 * `\` escapes a colon or backslash. The driver's own parser prints warnings and is deprecated.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import type { Environment } from './hosts.ts';
import { type ServerAddress, thisUser } from './url.ts';

/**
 * Returns the password for a server. Called only when the server asks for one.
 *
 * @throws {StoreError} backend_gone if there is none
 */
export function findPassword(address: ServerAddress, environment: Environment): string {
  if (address.password !== undefined) return address.password;
  const file = environment.PGPASSFILE || join(environment.HOME || thisUser().homedir || '/', '.pgpass');
  const password = search(contentsOf(file), address);
  if (password !== undefined) return password;
  throw new StoreError(
    'backend_gone',
    `PostgreSQL at ${address.host}:${address.port} asks for a password, but ${file} has no matching line.`,
  );
}

const FIELD = String.raw`((?:\\.|[^\\:])*)`;
const LINE = new RegExp(`^${FIELD}:${FIELD}:${FIELD}:${FIELD}:(.+)$`);

/** Returns the password on the first matching line. */
function search(contents: string, { host, port, database, user }: ServerAddress): string | undefined {
  // A Unix socket matches its directory or "localhost".
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host];
  const wanted = [hosts, [String(port)], [database], [user]];
  for (const line of contents.split(/\r?\n/)) {
    const fields = line.startsWith('#') ? undefined : LINE.exec(line)?.slice(1).map(unescaped);
    if (fields !== undefined && wanted.every((names, i) => ['*', ...names].includes(fields[i] ?? '')))
      return fields[4];
  }
  return undefined;
}

function unescaped(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}

function contentsOf(file: string): string {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return '';
  if (process.platform !== 'win32' && (status.mode & 0o077) !== 0)
    throw new StoreError('backend_gone', `Other users can access ${file}. Set its permissions to 0600.`);
  return readFileSync(file, 'utf8');
}
