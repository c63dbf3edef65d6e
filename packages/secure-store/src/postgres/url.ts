/**
 * Parses the URL of a PostgreSQL server, with the parameters of libpq (PostgreSQL, §34.1).
 *
 * Plaintext is used only on this machine (loopback and Unix sockets). Connections to other hosts use TLS and
 * verify certificate and host name, unless `sslmode` says otherwise:
 *
 * | sslmode       | TLS | certificate | host name |
 * |---------------|-----|-------------|-----------|
 * | `disable`     | no  |             |           |
 * | `no-verify`   | yes | not checked | not checked |
 * | `verify-ca`   | yes | verified    | not checked |
 * | `require`, `verify-full` | yes | verified | verified |
 *
 * `prefer` and `allow` are rejected, since they fall back to plaintext. No environment variable weakens these
 * rules.
 */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { userInfo } from 'node:os';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { decode, type Environment, type HostAndPort, readHosts } from './hosts.ts';
import { readOptions } from './options.ts';

/** One of the servers in a URL. */
export interface ServerAddress extends HostAndPort {
  readonly user: string;
  readonly database: string;
  /** `undefined`: looked up when the server asks for a password. */
  readonly password: string | undefined;
  readonly ssl: false | ConnectionOptions;
  readonly applicationName: string;
  /** The schema of the store, if `options` sets a search path. */
  readonly schema: string | undefined;
  /** The other session settings, as `-c name=value`. A pooler rejects them. */
  readonly options: string | undefined;
  /** `named`: every connection is a server session of its own, even if it does not look like one. */
  readonly prepared: 'named' | undefined;
  /** Whether to skip a server that does not accept writes. */
  readonly mustWrite: boolean;
}

const PARAMETERS = [
  'application_name',
  'dbname',
  'host',
  'options',
  'password',
  'port',
  'prepared',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'target_session_attrs',
  'user',
];

/** `postgres://user:password@hosts/database?parameters`; every part after the scheme is optional. */
const SHAPE = /^postgres(?:ql)?:\/\/(?:([^:/?#]*)(?::([^/?#]*))?@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * Parses the URL of one or several servers.
 *
 * @returns the servers in the order in which they are tried, at least one
 * @throws {TypeError} for an invalid URL; the message never contains the URL, as it may hold a password
 */
export function parseServerUrl(text: string, environment: Environment): ServerAddress[] {
  const parts = SHAPE.exec(text);
  if (parts === null)
    throw new TypeError('"url" expected postgres://user@host:port/database, got something else');
  const [, userPart = '', passwordPart = '', authority = '', databasePart = '', query] = parts;
  // Unlike in a form, "+" does not mean a space here.
  const parameters = new URLSearchParams(query?.replaceAll('+', '%2B'));
  const unknown = [...parameters.keys()].some((name) => !PARAMETERS.includes(name));
  if (unknown)
    throw new TypeError(`"url" expected only the parameters ${PARAMETERS.join(', ')}, got another one`);
  const say = (name: string) => parameters.get(name) || undefined;

  const hosts = readHosts(authority, { host: say('host'), port: say('port') }, environment);
  const user =
    say('user') || decode(userPart) || environment.PGUSER || environment.USER || thisUser().username;
  if (user === undefined) throw new TypeError('"url" expected a user name, got none');
  const prepared = say('prepared');
  if (prepared !== undefined && prepared !== 'named')
    throw new TypeError('"prepared" expected named, got something else');
  const attributes = say('target_session_attrs');
  if (attributes !== undefined && attributes !== 'read-write' && attributes !== 'primary')
    throw new TypeError(
      '"target_session_attrs" expected read-write or primary, since a store writes, got something else',
    );
  const common: Omit<ServerAddress, keyof HostAndPort | 'ssl'> = {
    user,
    database: say('dbname') || decode(databasePart) || environment.PGDATABASE || user,
    password: say('password') || decode(passwordPart) || environment.PGPASSWORD || undefined,
    applicationName: say('application_name') ?? 'countersign',
    ...readOptions(say('options') ?? ''),
    prepared,
    mustWrite: attributes !== undefined || hosts.length > 1,
  };
  return hosts.map(({ host, port }) => ({ host, port, ssl: tlsOptions(host, say), ...common }));
}

/** Looks the user up by id, as libpq does. In containers there is often no entry. */
export function thisUser(): { readonly username?: string; readonly homedir?: string } {
  try {
    return userInfo();
  } catch {
    return {};
  }
}

/** Returns whether connecting to the host stays on this machine. */
function isLocal(host: string): boolean {
  if (host.startsWith('/') || host === 'localhost' || host === '::1') return true;
  return isIPv4(host) && host.startsWith('127.');
}

function tlsOptions(host: string, say: (name: string) => string | undefined): false | ConnectionOptions {
  const mode = say('sslmode') ?? (isLocal(host) ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  if (!['no-verify', 'require', 'verify-ca', 'verify-full'].includes(mode))
    throw new TypeError(
      '"sslmode" expected disable, no-verify, verify-ca, require or verify-full, got another one',
    );
  const files = { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey' };
  const given = Object.entries(files).flatMap(([option, name]) => {
    const path = say(name);
    return path === undefined || path === 'system' ? [] : [[option, contentsOf(name, path)] as const];
  });
  return {
    ...Object.fromEntries(given),
    rejectUnauthorized: mode !== 'no-verify',
    checkServerIdentity: (_, certificate) =>
      mode === 'verify-ca' ? undefined : checkServerIdentity(host, certificate),
  };
}

function contentsOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TypeError(`"${name}" expected a readable file, got ${path}`, { cause: error });
  }
}
