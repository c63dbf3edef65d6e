/**
 * The password file of PostgreSQL (§34.16): `host:port:database:user:password` a line, `*` for any, `\` before a colon
 * or backslash that is meant. The driver's own reading of it prints warnings and is to be removed, hence this one.
 */
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import type { Environment } from './hosts.ts';
import type { ServerAddress } from './url.ts';

/** Asked only when the server wants a password. @throws StoreError `backend_gone` when there is none. */
export function findPassword(address: ServerAddress, environment: Environment): string {
  if (address.password !== undefined) return address.password;
  const file = environment.PGPASSFILE || join(environment.HOME || homeOfThisUser(), '.pgpass');
  const password = search(contentsOf(file), address);
  if (password !== undefined) return password;
  throw new StoreError(
    'backend_gone',
    `PostgreSQL at ${address.host}:${address.port} asks for a password, and ${file} has none for it.`,
  );
}

/** The home directory in the password file, or `/` for a user without an entry, as containers often have. */
function homeOfThisUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

const FIELD = String.raw`((?:\\.|[^\\:])*)`;
const LINE = new RegExp(`^${FIELD}:${FIELD}:${FIELD}:${FIELD}:(.+)$`);

/** The password of the first line that fits. */
function search(contents: string, { host, port, database, user }: ServerAddress): string | undefined {
  // A Unix socket goes by its directory or by "localhost".
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
    throw new StoreError('backend_gone', `Others may read or change ${file}. Give it the permissions 0600.`);
  return readFileSync(file, 'utf8');
}
