/** Server addresses: `HOST:PORT`, with an IPv6 address in brackets (RFC 3986 §3.2.2). */
import { isIPv6 } from 'node:net';

export { isRelayRange } from './proxy-protocol/relays.ts';

/** The host and port of a server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The port of a server whose address names none. */
const DEFAULT_PORT = 8443;

const ADDRESS = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/;

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
  if (isIPv6(text)) return { host: text.toLowerCase(), port: DEFAULT_PORT };
  const { v6, name, port: digits = `${DEFAULT_PORT}` } = ADDRESS.exec(text)?.groups ?? {};
  const host = v6 ?? name;
  const port = Number(digits);
  if (host === undefined || (v6 !== undefined && !isIPv6(v6))) return undefined;
  if (host.length > 253 || port < 1 || port > 65_535) return undefined;
  return { host: host.toLowerCase(), port };
}
