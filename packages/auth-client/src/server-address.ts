import { type Address, formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { ClientError } from './errors.ts';

/** Host and port of a server. */
export type ServerAddress = Address;

/**
 * Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or an IPv6 address without brackets.
 *
 * @throws {ClientError} bad_server
 */
export function parseServer(text: string): ServerAddress {
  const address = parseAddress(text);
  if (address) return address;
  throw new ClientError('bad_server', 'a server is given as HOST:PORT, for example 127.0.0.1:8443');
}

/** Formats an address as users type it, and as its pin is remembered. */
export function formatServer({ host, port }: ServerAddress): string {
  return formatAddress(host, port);
}
