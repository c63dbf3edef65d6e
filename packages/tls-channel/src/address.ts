/** Server addresses: `HOST:PORT`, with an IPv6 address in brackets (RFC 3986 §3.2.2). */
import { isIP } from 'node:net';

/** The host and port of a server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The port of a server whose address names none. */
const DEFAULT_PORT = 8443;

/** Formats a host and port as `HOST:PORT`. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Parses `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address. The default port is 8443.
 *
 * @returns `undefined` for anything else
 */
export function parseAddress(text: string): Address | undefined {
  const bare = isIP(text) === 6 ? { host: text, port: '' } : undefined;
  const match = /^(?:\[(?<v6>[0-9a-f:.]+(?:%[\w.-]+)?)\]|(?<name>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/iu.exec(
    text,
  );
  const host = bare?.host ?? match?.groups?.v6 ?? match?.groups?.name;
  const digits = match?.groups?.port;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || host.length > 253 || port < 1 || port > 65_535) return undefined;
  return { host: host.toLowerCase(), port };
}
