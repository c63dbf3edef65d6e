/** The hosts and ports of a PostgreSQL address: one, or several separated by commas (PostgreSQL, §34.1.1.3). */
import type { Socket } from 'node:net';

/** Opens a TCP connection. Rejects with the system's error, or with the signal's reason. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Environment variables, used for what the address does not specify. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HostAndPort {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

const HOST_AND_PORT = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/;

/**
 * Returns the hosts and ports of a URL.
 *
 * @param authority the part between `@` and `/`, still percent-encoded
 * @param parameter the URL's parameters `host` and `port`, which take precedence
 * @throws {TypeError} for invalid hosts or ports; the message does not contain the input
 */
export function readHosts(
  authority: string,
  parameter: { readonly host: string | undefined; readonly port: string | undefined },
  environment: Environment,
): HostAndPort[] {
  const given = authority.split(',').map((part) => HOST_AND_PORT.exec(part));
  if (given.includes(null))
    throw new TypeError('"url" expected hosts as host:port, separated by commas, got something else');
  const hosts =
    parameter.host?.split(',') ??
    (authority === '' || given.every((part) => part?.[1] === '')
      ? (environment.PGHOST || 'localhost').split(',')
      : given.map((part) => decode(part?.[1] ?? '').replace(/^\[|\]$/g, '')));
  const written = given.map((part) => part?.[2] ?? '');
  const ports =
    parameter.port?.split(',') ?? (written.some(Boolean) ? written : (environment.PGPORT || '').split(','));
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw new TypeError('"url" expected one port, or as many as hosts, got another number');
  return hosts.map((host, i) => ({
    host: host || 'localhost',
    port: readPort((ports.length === 1 ? ports[0] : ports[i]) || '5432'),
  }));
}

/** @throws {TypeError} for invalid percent-encoding; the message does not contain the input */
export function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new TypeError('"url" expected % to be followed by two hexadecimal digits, got something else');
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new TypeError('"url" expected a port from 1 to 65535, got another one');
  return port;
}
