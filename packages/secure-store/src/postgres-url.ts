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
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ServerAddress {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Not given: it is looked up when the server asks for one. */
  readonly password: string | undefined;
  readonly ssl: false | ConnectionOptions;
  readonly applicationName: string;
  /** Settings for the session, as `-c name=value`. */
  readonly options: string | undefined;
}

const PARAMETERS = [
  'application_name',
  'dbname',
  'host',
  'options',
  'password',
  'port',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'user',
];

/** @throws TypeError which never repeats the URL, as it may hold a password */
export function parseServerUrl(text: string, environment: Environment): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    throw new TypeError('"url" expected postgres://user@host:port/database, got something else');
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`"url" expected only the parameters ${PARAMETERS.join(', ')}, got another one`);
  const say = (name: string) => url.searchParams.get(name) || undefined;

  const host =
    say('host') ?? (decode(url.hostname.replace(/^\[|\]$/g, '')) || environment.PGHOST || 'localhost');
  const user = say('user') ?? (decode(url.username) || environment.PGUSER || environment.USER || '');
  if (user === '') throw new TypeError('"url" expected a user name, got none');
  const port = Number(say('port') ?? (url.port || environment.PGPORT || '5432'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TypeError('"url" expected a port from 1 to 65535, got another one');
  return {
    host,
    port,
    user,
    database: say('dbname') ?? (decode(url.pathname.slice(1)) || environment.PGDATABASE || user),
    password: say('password') ?? (decode(url.password) || environment.PGPASSWORD || undefined),
    ssl: tlsOptions(host, say),
    applicationName: say('application_name') ?? 'countersign',
    options: say('options'),
  };
}

/** Hosts that are reached without leaving this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError('"url" expected % to be followed by two hexadecimal digits, got something else');
  }
}
