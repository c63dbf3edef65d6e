/**
 * What the URL of a PostgreSQL server says, in the words of libpq (PostgreSQL, §34.1).
 *
 * Plain text goes to this machine only (loopback and Unix sockets). To any other host TLS is used, and certificate and
 * host name are verified, unless the URL says otherwise by `sslmode`:
 *
 * | sslmode       | TLS | certificate | host name |
 * |---------------|-----|-------------|-----------|
 * | `disable`     | no  |             |           |
 * | `no-verify`   | yes | not looked at | not looked at |
 * | `verify-ca`   | yes | verified    | not looked at |
 * | `require`, `verify-full` | yes | verified | verified |
 *
 * `prefer` and `allow` are refused, since they fall back to plain text. No setting of the environment weakens this.
 */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { userInfo } from 'node:os';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { decode, type Environment, type HostAndPort, readHosts } from './hosts.ts';
import { readOptions } from './options.ts';

/** One of the servers that a URL names. */
export interface ServerAddress extends HostAndPort {
  readonly user: string;
  readonly database: string;
  /** Not given: it is looked up when the server asks for one. */
  readonly password: string | undefined;
  readonly ssl: false | ConnectionOptions;
  readonly applicationName: string;
  /** The store's schema, when the options set a search path. */
  readonly schema: string | undefined;
  /** The other settings for the session, as `-c name=value`. A pooler refuses them. */
  readonly options: string | undefined;
  /** `named`: every connection is a session of the server's, also where it does not look like one. */
  readonly prepared: 'named' | undefined;
  /** Whether a server that takes no writes is passed over for the next one. */
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

/** `postgres://user:password@hosts/database?parameters`, where each part but the first may be missing. */
const SHAPE = /^postgres(?:ql)?:\/\/(?:([^:/?#]*)(?::([^/?#]*))?@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * @returns the servers in the order in which they are tried, at least one
 * @throws TypeError which never repeats the URL, as it may hold a password
 */
export function parseServerUrl(text: string, environment: Environment): ServerAddress[] {
  const parts = SHAPE.exec(text);
  if (parts === null)
    throw new TypeError('"url" expected postgres://user@host:port/database, got something else');
  const [, userPart = '', passwordPart = '', authority = '', databasePart = '', query] = parts;
  // Unlike in a form, "+" is no space here.
  const parameters = new URLSearchParams(query?.replaceAll('+', '%2B'));
  const unknown = [...parameters.keys()].some((name) => !PARAMETERS.includes(name));
  if (unknown)
    throw new TypeError(`"url" expected only the parameters ${PARAMETERS.join(', ')}, got another one`);
  const say = (name: string) => parameters.get(name) || undefined;

  const hosts = readHosts(authority, { host: say('host'), port: say('port') }, environment);
  const user = say('user') || decode(userPart) || environment.PGUSER || environment.USER || nameOfThisUser();
  if (user === undefined) throw new TypeError('"url" expected a user name, got none');
  const prepared = say('prepared');
  if (prepared !== undefined && prepared !== 'named')
    throw new TypeError('"prepared" expected named, got something else');
  const attributes = say('target_session_attrs');
  if (attributes !== undefined && attributes !== 'read-write' && attributes !== 'primary')
    throw new TypeError(
      '"target_session_attrs" expected read-write or primary, as a store writes, got another one',
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

/** By the number of the user, as libpq does; containers often have no name for it. */
function nameOfThisUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Whether the host is reached without leaving this machine. */
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
    throw new TypeError(`"${name}" expected a file that can be read, got ${path}`, { cause: error });
  }
}
